"""Finding a woman: by what somebody typed, and before she is added a second time."""
