"""What each page asks of the record, one module a page; views render the answers."""
