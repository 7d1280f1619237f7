"""What a caller asks for by name, schema or preset -> the fields wanted, checked. Runs in the worker."""
