"""The way out: documents in, results out, and the only connections that a job opens. Runs in the worker."""
