"""Invented lives in great number: for measuring how fast the product is, and for numbers in the demonstration.

rates     how sites differ: one small table             usual     how each handoff is usually answered
telling   one life being told: dates, chances, facts    before, hospital, after: its chapters
lives     many lives, from a seed: pure, no Django      people    names and birthdays that are nobody's
sites     site files for more sites than the four       writing   lives to rows, written with COPY
"""
