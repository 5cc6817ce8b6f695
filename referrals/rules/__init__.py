"""Rules of services and visits that need no database: pure Python, no Django; ``now`` is an argument."""
