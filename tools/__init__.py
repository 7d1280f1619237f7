"""Programs for whoever builds, checks or documents the worker; none runs in it."""
