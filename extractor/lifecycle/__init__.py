"""Start, health and end of the worker's process and of its folders. In the worker."""
