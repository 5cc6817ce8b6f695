"""The quarterly report: what was told by then, as pages of a PDF and as rows of a CSV. It does not change any more."""
