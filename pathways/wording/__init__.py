"""What the record says in words: handoffs, entries, consequences."""
