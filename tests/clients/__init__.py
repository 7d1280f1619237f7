"""The clients of clients/, against RunPod's stand-in, the HTTP door and the real worker."""
