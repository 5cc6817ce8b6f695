"""The demonstration's wards: what was said of each woman's medicine, the plan, the doses and the baby's observation.

stories     the women on the wards, one entry each
telling     the stories into the record, as of the days on which they happened, through the verbs of every screen
"""
