"""The categories of ethnicity of the censuses of England (ONS 2021) and Scotland (NRS 2022), in their words."""

from __future__ import annotations

from collections.abc import Mapping

from carecoord.sites.models import Nation

Group = tuple[str, tuple[tuple[str, str], ...]]
PREFERS_NOT_TO_SAY = ("not_said", "She prefers not to say")

_ENGLAND: tuple[Group, ...] = (
    (
        "White",
        (
            ("e_white_british", "English, Welsh, Scottish, Northern Irish or British"),
            ("e_white_irish", "Irish"),
            ("e_white_traveller", "Gypsy or Irish Traveller"),
            ("e_white_roma", "Roma"),
            ("e_white_other", "Any other White background"),
        ),
    ),
    (
        "Mixed or multiple ethnic groups",
        (
            ("e_mixed_caribbean", "White and Black Caribbean"),
            ("e_mixed_african", "White and Black African"),
            ("e_mixed_asian", "White and Asian"),
            ("e_mixed_other", "Any other Mixed or multiple ethnic background"),
        ),
    ),
    (
        "Asian or Asian British",
        (
            ("e_asian_indian", "Indian"),
            ("e_asian_pakistani", "Pakistani"),
            ("e_asian_bangladeshi", "Bangladeshi"),
            ("e_asian_chinese", "Chinese"),
            ("e_asian_other", "Any other Asian background"),
        ),
    ),
    (
        "Black, Black British, Caribbean or African",
        (
            ("e_black_caribbean", "Caribbean"),
            ("e_black_african", "African"),
            ("e_black_other", "Any other Black, Black British, or Caribbean background"),
        ),
    ),
    ("Other ethnic group", (("e_arab", "Arab"), ("e_other", "Any other ethnic group"))),
)
_SCOTLAND: tuple[Group, ...] = (
    (
        "White",
        (
            ("s_white_scottish", "Scottish"),
            ("s_white_british", "Other British"),
            ("s_white_irish", "Irish"),
            ("s_white_polish", "Polish"),
            ("s_white_traveller", "Gypsy/Traveller"),
            ("s_white_roma", "Roma"),
            ("s_white_showperson", "Showman/Showwoman"),
            ("s_white_other", "Other White ethnic group"),
        ),
    ),
    ("Mixed or multiple ethnic groups", (("s_mixed", "Any mixed or multiple ethnic groups"),)),
    (
        "Asian, Scottish Asian or British Asian",
        (
            ("s_asian_pakistani", "Pakistani, Scottish Pakistani or British Pakistani"),
            ("s_asian_indian", "Indian, Scottish Indian or British Indian"),
            ("s_asian_bangladeshi", "Bangladeshi, Scottish Bangladeshi or British Bangladeshi"),
            ("s_asian_chinese", "Chinese, Scottish Chinese or British Chinese"),
            ("s_asian_other", "Other Asian, Scottish Asian or British Asian"),
        ),
    ),
    ("African", (("s_african", "African, Scottish African or British African"),)),
    ("Caribbean or Black", (("s_black", "Caribbean or Black"),)),
    ("Other ethnic group", (("s_arab", "Arab, Scottish Arab or British Arab"), ("s_other", "Other ethnic group"))),
)
CATEGORIES: Mapping[str, tuple[Group, ...]] = {Nation.ENGLAND.value: _ENGLAND, Nation.SCOTLAND.value: _SCOTLAND}

# How a category reads alone: ``Asian or Asian British: Indian``.
NAMES: Mapping[str, str] = {
    **{
        key: name if group == name else f"{group}: {name}"
        for groups in CATEGORIES.values()
        for group, choices in groups
        for key, name in choices
    },
    PREFERS_NOT_TO_SAY[0]: PREFERS_NOT_TO_SAY[1],
}


def choices_for(nation: str) -> list[tuple[str, object]]:
    """What a form offers in that nation, in groups; nothing is chosen beforehand."""
    return [
        ("", "Not asked yet"),
        *((group, list(choices)) for group, choices in CATEGORIES[nation]),
        PREFERS_NOT_TO_SAY,
    ]
