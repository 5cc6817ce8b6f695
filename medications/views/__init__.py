"""Views of ward medicine: thin; they parse, ask who signs, call a verb or a page, and render."""
