"""Values that cross rooms and processes: frozen, and loading nothing heavier than numpy. In both processes.

`page_picture` alone needs OpenCV; only page processes import it.
"""
