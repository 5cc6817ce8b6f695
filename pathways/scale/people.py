"""Names, birthdays and numbers that are nobody's: put together by chance, always the same for the same life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

FIRST = (
    "Abbie Aileen Aisha Alana Alice Amara Amelia Amina Amy Angela Anna Annie Ava Bethany Bridie Caitlin Cara Carly "
    "Carol Catriona Charlotte Chloe Ciara Claire Connie Dana Danielle Demi Donna Eilidh Elena Elise Ella Ellie Emily "
    "Emma Erin Esme Eva Evie Faith Farah Fatima Fiona Freya Gemma Georgia Grace Hannah Harriet Heather Holly Imogen "
    "Iona Isla Ivy Jade Jamie Jasmine Jean Jenna Jessica Jodie Josie Julie Kara Kate Katie Kayleigh Keira Kelly Kim "
    "Kirsten Kirsty Lacey Laila Lara Laura Lauren Leah Leanne Lexi Lily Linda Lisa Lola Lucy Lynn Maisie Maria Mary "
    "Maya Megan Mhairi Mia Michelle Millie Molly Morag Nadia Natalie Niamh Nicola Nina Olivia Orla Paige Phoebe Poppy "
    "Rachel Rebecca Rhona Robyn Rosie Ruby Sadia Sally Sandra Sarah Shannon Shona Sian Skye Sophie Stacey Tara Tess "
    "Tina Toni Tracey Una Vicky Yasmin Zara Zoe"
).split()
LAST = (
    "Abbott Adair Ainsley Akhtar Aldous Ancroft Arkley Ashby Atwell Baines Balfour Barras Beattie Begum Birkett Blair "
    "Boyle Bramley Brannan Brodie Burnet Cairns Calvert Carrick Casey Chalmers Clegg Colvin Cowan Craigie Cribb Crosby "
    "Dalziel Darnell Denholm Devlin Dobbie Doyle Drury Duffy Dunlop Eadie Eccles Elder Elphick Ewart Fairley Fenwick "
    "Finlay Flett Forsyth Gavin Geddes Gillan Glover Goudie Greig Hadden Haigh Halley Hardie Heron Hogarth Hussain "
    "Ingram Ireland Irving Jarvie Jessop Kaur Keddie Kelso Kerr Kinloch Laidlaw Lamb Larkin Leckie Lennox Lister "
    "Lockhart Lomax Lyle Mabon Mair Marlow McAra McCall McNeil McVey Meikle Mercer Moffat Molloy Moody Morley Muirhead "
    "Nairn Nesbit Newall Nicol Noble Ogden Orr Oxley Paisley Parkin Peebles Pender Pirie Platt Purdie Quayle Quigley "
    "Raeburn Ramage Reekie Renwick Riddoch Rigby Robson Roper Ruddock Sandison Scobie Seaton Shields Skinner Sloan "
    "Speirs Stobie Swann Tait Telfer Thorley Tierney Todd Tulloch Turley Usher Vance Wardle Waugh Weir Whitelaw "
    "Wiseman Yeats Yorke Younger"
).split()
SHORT = ("Abs", "Bee", "Cat", "Dee", "Ellie", "Jo", "Kit", "Liv", "Mags", "Nat", "Shaz", "Tee")


@dataclass(frozen=True, slots=True)
class Invented:
    """One woman's name, birthday and, mostly, her NHS number."""

    first: str
    last: str
    called: str
    born: date
    nhs: str


def invented(seed: int, number: int, on: date) -> Invented:
    """The woman of a life, who came on that day."""
    chance = Random(f"{seed}/{number}/name")  # noqa: S311 - invented people, no secret
    last = chance.choice(LAST)
    if chance.random() < 0.08:
        last = f"{last}-{chance.choice(LAST)}"
    return Invented(
        first=chance.choice(FIRST),
        last=last,
        called=chance.choice(SHORT) if chance.random() < 0.1 else "",
        born=on - timedelta(days=chance.randint(17 * 365, 44 * 365)),
        nhs=_nhs_number(number) if chance.random() < 0.85 else "",
    )


def staff_name(site: str, number: int) -> str:
    """``A. Balfour``: the name of a member of staff at a site."""
    chance = Random(f"{site}/{number}")  # noqa: S311 - invented people, no secret
    return f"{chance.choice(FIRST)[0]}. {chance.choice(LAST)}"


def _nhs_number(number: int) -> str:
    """A number of the range that is never given to anybody (it begins with 999); blank where no check digit fits."""
    nine = f"999{number % 1_000_000:06d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return "" if check == 10 else f"{nine}{0 if check == 11 else check}"
