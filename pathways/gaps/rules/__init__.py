"""What a number about sites may say, and what its charts mean. Pure Python: no Django, no database, no clock."""
