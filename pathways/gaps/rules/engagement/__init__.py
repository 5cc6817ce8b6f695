"""The rules of CE-8: its words, its score, when she is offered it, and what is told of it. Pure."""
