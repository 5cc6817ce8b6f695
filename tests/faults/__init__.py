"""The fault suite: what goes wrong in earnest, many times over. `make faults` runs it at full size.

One module for each fault, `test_<name>.py`; its test takes the fixture ``fault`` and counts on it. The same tests
run in a small size with all the others.
"""
