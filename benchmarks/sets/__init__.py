"""The data sets, one a module: folder -> documents with ground truth, and answers -> the rows of its table.

They run in the process of `accuracy.py` or `worst.py`.
"""
