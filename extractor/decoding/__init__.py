"""What the models gave -> regions, lines, words and cells. Page processes run these: numpy and OpenCV, no torch."""
