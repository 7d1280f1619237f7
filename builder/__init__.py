"""Bakes the weights: published files -> verified checkpoints in `models/`.

All of it runs in one process of its own, `python -m builder`, at image build or on a laptop. The worker never loads it.
"""
