"""The device's owner, and what page processes may ask of it: memory, requests, batches. In both processes."""
