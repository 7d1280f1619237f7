"""A document -> the views that its caller asked for. Runs in a page process; `metadata` in the worker."""
