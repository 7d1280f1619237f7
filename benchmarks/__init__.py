"""Measures the worker: accuracy, speed, memory, cost, hostile documents. Scripts, run by hand.

A script loads the worker's engine in its own process, unless it says otherwise; page processes are started as in the
worker. `accuracy.py` and `worst.py` are the ways in to accuracy, `speed.py` to speed.
"""
