"""A page -> what the models see on it. Runs in a page process, which asks the device's owner for forward passes."""
