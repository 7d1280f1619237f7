"""What is seen on pages -> a document's elements and tables. Runs in page processes; knows no model."""
