"""Rules of the guided pages that need no database: pure Python, no Django; ``now`` is an argument."""
