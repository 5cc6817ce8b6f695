"""What each page is called where somebody reads who has looked at what."""

from __future__ import annotations

from collections.abc import Iterable

from carecoord.audit.looked import Page
from carecoord.audit.reads import LISTED

PAGE_NAMES = {
    "caseload": "the caseload list",
    "handoffs": "the list of handoffs",
    "reassign": "giving women another midwife",
    "add_woman": "possible duplicates, when somebody was added",
    "woman_details": "her details",
    "safe_contact": "how to reach her",
    "confirm_contact": "how to reach her",
    "contact_unsafe": "how to reach her",
    "address": "writing down her address",
    "open_contact": "the question for what to open her number or address",
    "opened_contact": "her number or her address",
    "background": "her background",
    "background_edit": "writing about her background",
    "background_withdraw": "her background",
    "add_pregnancy": "adding a pregnancy",
    "journey": "her journey",
    "looked": "who has looked",
    "wards": "the wards",
    "ward_look": "day or night on the ward",
    "ward": "the board of a ward",
    "ward_wall": "the wall of a ward",
    "ward_tonight": "who could come tonight",
    "ward_woman": "her card on the ward",
    "ward_bed": "giving her a bed",
    "ward_visitors": "who may visit her",
    "ward_away": "where she is on the ward",
    "edd": "agreeing the EDD",
    "midwife": "naming her midwife",
    "record": "recording what happened",
    "record_kind": "recording what happened",
    "entry": "one entry",
    "correct": "correcting an entry",
    "her_medicine": "her medicine",
    "who_says_medicine": "writing down what is said of her medicine",
    "say_medicine": "writing down what is said of her medicine",
    "asked_medicine": "writing down who was asked about her medicine",
    "strike_medicine": "striking through what was said of her medicine",
    "community_supply": "her medicine outside the ward",
    "alerts": "the list of alerts",
    "put_off_flag": "putting an alert off",
    "take_flag": "taking an alert",
    "undo_hold": "taking back what was said of an alert",
    "take_told": "taking an alert without a name",
    "give_back_alert": "giving back an alert without a name",
    "honesty": "whether alerts are honest",
    "duty": "who is on duty",
    "add_duty": "giving somebody a post",
    "end_duty": "ending a post",
    "handoff_owner": "who has a handoff in hand",
    "answer": "answering a handoff",
    "move": "asking another site to take her",
    "offer_handoff": "offering a handoff",
    "offer": "an offer of a handoff",
    "accept_offer": "an offer of a handoff",
    "decline_offer": "an offer of a handoff",
    "ask_sender": "an offer of a handoff",
    "answer_question": "an offer of a handoff",
    "pass_offer": "an offer of a handoff",
    "remind": "an offer of a handoff",
    "tell_her": "an offer of a handoff",
    "withdraw_offer": "an offer of a handoff",
    "who_may_see": "who may see her record",
    "never": "naming who must never see it",
    "see_again": "who may see it again",
    "seal": "sealing her record",
    "unseal": "taking a seal off",
    "know_her": "knowing her privately",
    "own_conflict": "knowing somebody in our care",
    "claim": "asking for a record",
    "sealed": "asking for a sealed record",
    "close_opening": "closing a record",
    "cover": "cover",
    "end_cover": "ending cover",
    "notices": "notices",
    "reviews": "reviews",
    "review": "a review",
    "matches": "records that could be one woman’s",
    "match": "two records side by side",
    "medicine_plan": "signing the ward’s plan",
    "medicine_plan_end": "ending the ward’s plan",
    "medicine_decide": "writing down a prescriber’s decision",
    "medicine_dose": "recording a dose",
    "medicine_unscheduled": "recording a dose",
    "medicine_sign": "signing for a dose",
    "medicine_dose_wrong": "correcting a dose",
    "medicine_dose_too": "reporting a second dose",
}


def pages_in_words(pages: Iterable[Page]) -> list[str]:
    """``her journey (3 times)``, ``her address, to visit her``; pages with one name are counted together."""
    counted: dict[str, int] = {}
    for page in pages:
        name = PAGE_NAMES.get(page.route, page.route.replace("_", " "))
        words = f"{name}, {page.purpose}" if page.purpose and page.purpose != LISTED else name
        counted[words] = counted.get(words, 0) + page.times
    return [words if times == 1 else f"{words} ({times} times)" for words, times in counted.items()]
