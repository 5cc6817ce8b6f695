"""The visual timeline of a journey.

marks      what a mark is, the lanes, the same marks as a list     telling    a woman's rows become marks
scales     time becomes place: three scales side by side           places     shapes and labels that never overlap
lettering  how wide a text will be                                 drawing    everything that the template draws

All but ``telling`` is pure Python.
"""
