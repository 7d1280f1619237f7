"""What is measured, one definition a module: each takes ground truth and a reading, and gives a figure."""
