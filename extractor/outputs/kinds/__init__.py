"""The outputs: each module is one, has its name, and writes it with its function `view`. Run in a page process."""
