"""Page readings -> elements, and assembled pages -> the document. Runs in a page process."""
