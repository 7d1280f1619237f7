"""The neural models. Each has `prepare` (CPU), `infer` (device, a batch) and `finish` (CPU), so that they overlap."""
