"""Measures the worker against data sets with ground truth; `accuracy.py` and `worst.py` are the ways in."""
