"""Opioid-replacement treatment on the ward."""
