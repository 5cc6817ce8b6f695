"""Thin: parse, call a verb or a page, render."""
