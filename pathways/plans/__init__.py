"""Plans that are written in versions, signed by two sides, held by those who need them, and hers to keep."""
