"""Values that cross rooms and processes: plain, frozen, and loading nothing heavier than numpy: `page_picture` alone
needs OpenCV, and is met in page processes alone."""
