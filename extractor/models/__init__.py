"""The neural models. Each takes rows, pads them to a batch of a closed shape, starts it and waits for what is small."""
