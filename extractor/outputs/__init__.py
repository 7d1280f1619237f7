"""A document -> the views that its caller asked for. Runs in page processes."""
