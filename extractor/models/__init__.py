"""The neural models. Each takes rows, pads them to a batch of a closed shape, starts it and waits for small results.

In the worker, but for `facts` and `shapes`, which are in both processes and load no torch.
"""
