"""The demonstration: about sixty invented women at four sites, whose dates follow today.

stories     the form of a story, and the four files of them beside it
life        one journey on the day on which its story is told
routine     what a story leaves unsaid: keeping in touch, and handoffs done in good time
answers     how each handoff is usually done, by whom, with what evidence (answers.toml)
loading     stories into the record, through the same verbs as everything else
handing     handoffs that one team offered to another
parts       what other parts of the product add
following   moves the women's dates when the demonstration is loaded on a later day
"""
