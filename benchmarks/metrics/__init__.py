"""What is measured, one definition a module: ground truth and a reading -> a figure."""
