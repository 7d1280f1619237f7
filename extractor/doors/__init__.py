"""The two doors, RunPod's queue and HTTP: a job comes in, its answer goes out. In the worker."""
