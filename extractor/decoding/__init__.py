"""Model results -> regions, lines, words and cells. Runs in a page process: numpy and OpenCV, no torch."""
