"""What is measured, one definition a module: ground truth and a reading -> a figure.

Plain functions; they run in the process of the script that calls them.
"""
