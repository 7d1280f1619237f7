"""A page -> what the models see on it. Runs in page processes, and asks the device's owner for forward passes."""
