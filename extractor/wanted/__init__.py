"""What a caller asks for by name, by a JSON schema or by a preset -> the tree of fields wanted. Runs in the worker."""
