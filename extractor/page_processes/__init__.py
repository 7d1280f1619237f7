"""Page processes: the worker's pool of them, and what runs inside, in a sandbox. In both processes."""
