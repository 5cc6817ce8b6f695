"""Brings a caseload in from two CSV files (rules, section 6).

``tables`` reads a file row by row, ``women`` and ``events`` check what a row says (``cells`` takes it apart,
``staff`` knows the e-mails), ``known`` asks what is here already, ``people`` writes one person, all or nothing,
through the verbs of ``actions``, and ``caseload`` leads through all of it. ``report`` keeps what was refused
and says it.
"""
