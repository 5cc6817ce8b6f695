"""Backups: made, kept, proven and restored. No tables of its own."""
