"""A stand-in for RunPod: its queue over HTTP on loopback, and the real worker as a subprocess against it."""
