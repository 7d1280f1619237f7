"""Bakes the weights: published files -> verified checkpoints in `models/`, at image build or on a laptop."""
