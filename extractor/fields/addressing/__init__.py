"""Lines of a letter -> names and addresses of those who write and get it. Runs in a page process."""
