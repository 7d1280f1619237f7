"""A document's file -> its pages: pictures, words of the text layer, what is drawn. Runs in page processes."""
