"""Values that cross rooms and processes: plain, frozen, and loading nothing heavy."""
