"""A document -> the values of the fields wanted, each with the words that it was read from. Runs in a page process."""
