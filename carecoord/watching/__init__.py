"""Watching the watcher: figures for machines, a page for managers, a heartbeat for somebody outside."""
