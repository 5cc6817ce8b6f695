"""Which tables are watched: one line each. `migrate` brings the triggers in line with this table.

Facts and what people decide are written down. What the product works out from them (handoffs, flags, babies, the
copies in a journey's row, search keys) is not: it changes with every sweep, and `recompute` works it out again.
"""

from __future__ import annotations

from dataclasses import dataclass

# How a row finds the woman where it does not name her: from its column to the table and column that come next.
VIA_JOURNEY = ("journey_id", "pathways_journey.woman_id")
VIA_EVENT = ("event_id", "pathways_event.journey_id", "pathways_journey.woman_id")
VIA_PLACEMENT = ("placement_id", "pathways_placedaway.woman_id")
VIA_OFFER = ("offer_id", "pathways_offer.journey_id", "pathways_journey.woman_id")
VIA_PLAN = ("plan_id", "pathways_careplan.journey_id", "pathways_journey.woman_id")
VIA_NEED = ("need_id", "pathways_need.journey_id", "pathways_journey.woman_id")
VIA_REFERRAL = ("referral_id", "referrals_referral.journey_id", "pathways_journey.woman_id")
VIA_LINK = ("link_id", "referrals_referrallink.referral_id", *VIA_REFERRAL[1:])
NOBODY = ()  # rows that are about staff


@dataclass(frozen=True)
class Watched:
    """A table, and how much of its rows is kept.

    Of a ``hashed`` column only a keyed hash is kept: it shows that a value changed, and whether two are the same.
    """

    table: str
    woman: tuple[str, ...] = ("woman_id",)
    row: str = "id"
    hashed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, str, str, str]:
        """What the trigger is given: lists with commas."""
        return self.row, ",".join(self.woman), ",".join(self.hashed), ",".join(self.left_out)


_JOURNEY_COPIES = (
    "stage", "stage_since", "stage_before", "stage_by_id", "edd", "born_at", "last_contact_at", "in_hospital",
)  # fmt: skip

NOT_WATCHED = {
    "pathways_handoff": "worked out from facts; the sweep moves it",
    "pathways_flag": "worked out from facts; the sweep raises it",
    "pathways_baby": "worked out from the events of the birth",
    "pathways_alert": "the sweep fires it",
    "pathways_alertto": "the sweep tells it; who has seen it says nothing of her",
    "pathways_demowoman": "says which women are invented",
    "gaps_tocount": "a list of what is to be counted again",
    "gaps_casecount": "worked out from the record; the refresh writes it",
    "gaps_cell": "sums; no woman stands in them",
    "gaps_invitation": "keys to questions; who looks must not learn whether she answered",
    "gaps_response": "what she answered; nobody is to learn that she did",
    "gaps_analysis": "numbers that were told; never changed",
    "gaps_told": "when numbers were told",
    "gaps_block": "numbers that were told; never changed",
    "gaps_quarter": "of which quarters a report can be had",
    "gaps_standing": "put together from blocks",
    "delivery_message": "keeps by itself what was sent, and is never deleted",
}

_SENT = ("submission", "fingerprint")

_STATED = ("words", "heart_note", "said_by_contact", "struck_reason")

_SEEN = ("entry", "note", "struck_reason")

# A table that is not there yet is left for the migrate that makes it.
WATCHED = (
    Watched("pathways_woman", ("id",), left_out=("search_key", "sort_key", "submission", "fingerprint")),
    Watched("pathways_identifier"),
    Watched("pathways_journey", left_out=_JOURNEY_COPIES),
    Watched("pathways_event", VIA_JOURNEY, left_out=("submission", "fingerprint")),
    Watched("pathways_correction", VIA_EVENT),
    Watched("pathways_safecontact", hashed=("note", "hours")),
    Watched("pathways_contactdetail", hashed=("value",)),
    Watched("pathways_address", hashed=("lines", "postcode")),
    Watched("access_claimattempt"),
    Watched("access_opening", hashed=("reason", "note")),
    Watched("access_notice"),
    Watched("pathways_matchreview", hashed=("note",)),
    Watched("pathways_opening", hashed=("in_words",), left_out=("submission",)),
    Watched("pathways_background", hashed=("text", "category")),
    Watched("pathways_messagetoher"),
    Watched("pathways_placedaway", hashed=("legal_basis", "decided_by"), left_out=_SENT),
    Watched("pathways_placedbaby", VIA_PLACEMENT, hashed=("with_whom",)),
    Watched("pathways_tellingarranged", hashed=("place", "beside_her"), left_out=_SENT),
    Watched("pathways_tellingsignoff", hashed=("reason",), left_out=_SENT),
    Watched("pathways_telling", hashed=("place", "beside_her", "words", "family_time"), left_out=_SENT),
    Watched("pathways_namedworker", VIA_JOURNEY, left_out=_SENT),
    Watched(
        "pathways_offer",
        VIA_JOURNEY,
        hashed=("note", "told_words", "reason"),
        left_out=("submission", "messaged_at"),
    ),
    Watched("gaps_rest", VIA_JOURNEY),
    Watched("gaps_callwanted", VIA_JOURNEY, left_out=("told_at",)),
    Watched("pathways_offerquestion", VIA_OFFER, hashed=("text", "answer"), left_out=("submission",)),
    Watched("pathways_owner", VIA_JOURNEY, hashed=("reason",)),
    Watched(
        "pathways_stayoffer",
        VIA_JOURNEY,
        hashed=("visiting", "feeding", "medicine_from", "note"),
        left_out=("submission", "fingerprint"),
    ),
    Watched("pathways_departure", VIA_JOURNEY, hashed=("words",)),
    Watched("pathways_placement", VIA_JOURNEY, hashed=("prescriber", "confirmed_by")),
    Watched("pathways_servicechoice", VIA_JOURNEY, hashed=("words",), left_out=("submission",)),
    Watched("pathways_outsidetry", hashed=("to_whom", "said_by", "words"), left_out=("submission",)),
    Watched("pathways_signoff", VIA_JOURNEY, hashed=("words",), left_out=("submission",)),
    Watched("pathways_closing", VIA_JOURNEY, hashed=("words",)),
    Watched("pathways_reopening", VIA_JOURNEY),
    Watched("pathways_carriedhistory", VIA_JOURNEY, hashed=("words",)),
    Watched("pathways_careplan", VIA_JOURNEY, hashed=("sections",), left_out=("submission", "fingerprint")),
    Watched("pathways_plansignature", VIA_PLAN),
    Watched("pathways_plansent", VIA_JOURNEY, hashed=("not_needed",), left_out=("messaged_at",)),
    Watched("pathways_plancopy", VIA_PLAN, hashed=("her_words",), left_out=("submission",)),
    Watched("pathways_herwords", VIA_JOURNEY, hashed=("text",), left_out=("submission",)),
    Watched("pathways_need", VIA_JOURNEY, hashed=("text",), left_out=("submission",)),
    Watched("pathways_needstep", VIA_NEED, hashed=("words",), left_out=("submission",)),
    Watched("pathways_hold", VIA_JOURNEY, hashed=("reason",), left_out=("submission",)),
    Watched("pathways_try", VIA_JOURNEY, left_out=("submission", "fingerprint")),
    Watched("pathways_asked", VIA_JOURNEY, hashed=("words",), left_out=("submission", "fingerprint")),
    Watched("pathways_outreachdecision", VIA_JOURNEY, hashed=("reason",), left_out=("submission", "fingerprint")),
    Watched("pathways_latereason", VIA_JOURNEY, left_out=("submission", "fingerprint")),
    Watched("pathways_wordsofloss", VIA_JOURNEY, hashed=("words",), left_out=("submission",)),
    Watched("pathways_toldofbaby", VIA_JOURNEY, hashed=("words",), left_out=("submission",)),
    Watched(
        "pathways_deathreport",
        VIA_JOURNEY,
        hashed=("known_from", "confirmed_from", "withdrawn_because"),
        left_out=("submission",),
    ),
    Watched("pathways_toldofdeath", VIA_JOURNEY, hashed=("words",), left_out=("submission",)),
    Watched("pathways_dutypost", NOBODY),
    Watched("access_user", NOBODY, hashed=("password",), left_out=("last_login",)),
    Watched("access_membership", NOBODY),
    Watched("access_grant"),
    Watched("access_conflict"),
    Watched("access_seal", row="woman_id"),
    Watched("access_cover", NOBODY),
    Watched("medications_statement", VIA_JOURNEY, hashed=_STATED, left_out=("submission", "fingerprint")),
    Watched("medications_call", VIA_JOURNEY, hashed=("note", "struck_reason"), left_out=("submission",)),
    Watched("medications_plan", hashed=("words", "reason"), left_out=("submission",)),
    Watched("medications_decision", VIA_JOURNEY, hashed=("words", "struck_reason"), left_out=("submission",)),
    Watched("medications_duedose"),
    Watched("medications_dose", hashed=("reason", "struck_reason"), left_out=("submission", "fingerprint")),
    Watched(
        "medications_signing", VIA_JOURNEY, hashed=("entered", "struck_reason"), left_out=("submission", "fingerprint")
    ),
    Watched("medications_safetyreport", VIA_JOURNEY, hashed=("words", "struck_reason"), left_out=("submission",)),
    Watched("medications_stay", VIA_JOURNEY),
    Watched("medications_visiting", VIA_JOURNEY, hashed=("words",)),
    Watched("medications_observationplan", VIA_JOURNEY, hashed=("struck_reason",), left_out=("submission",)),
    Watched("medications_observation", VIA_JOURNEY, hashed=_SEEN, left_out=("submission",)),
    Watched("medications_observationstep", VIA_JOURNEY, hashed=("reason", "struck_reason"), left_out=("submission",)),
    Watched("medications_leavingentry", VIA_JOURNEY, hashed=("words", "struck_reason"), left_out=("submission",)),
    Watched("medications_communitydose", VIA_JOURNEY, hashed=("struck_reason",), left_out=("submission",)),
    Watched("medications_ownmedicine", VIA_JOURNEY, hashed=("what", "struck_reason"), left_out=("submission",)),
    Watched("medications_ownmedicinestep", VIA_JOURNEY, hashed=("words", "struck_reason"), left_out=("submission",)),
    Watched(
        "medications_ownmedicinetaken",
        VIA_JOURNEY,
        hashed=("what", "reason", "told", "struck_reason"),
        left_out=("submission",),
    ),
    Watched("medications_feedingplan", VIA_JOURNEY, hashed=("text", "struck_reason"), left_out=("submission",)),
    Watched("medications_feedingadvice", VIA_JOURNEY, hashed=("said", "struck_reason"), left_out=("submission",)),
    Watched("medications_handedover", VIA_JOURNEY, hashed=("note", "struck_reason")),
    Watched("medications_shifthandover", NOBODY),
    Watched("referrals_place", NOBODY),
    Watched("referrals_room", NOBODY),
    Watched("referrals_service", NOBODY),
    Watched("referrals_series", NOBODY),
    Watched("referrals_seriessession", NOBODY),
    Watched("referrals_clinic", NOBODY),
    Watched("referrals_session", NOBODY, left_out=("revision", "revised_at")),
    Watched("referrals_feed", NOBODY, left_out=("token_hash", "read_at")),
    Watched("referrals_referral", VIA_JOURNEY, hashed=("asks",), left_out=("submission", "messaged_at")),
    Watched("referrals_referralstep", VIA_REFERRAL, hashed=("words",), left_out=("submission",)),
    Watched("referrals_referralconsent", VIA_REFERRAL, hashed=("words",), left_out=("submission",)),
    Watched("referrals_referrallink", VIA_REFERRAL, left_out=("submission", "token_hash", "code_hash")),
    Watched("referrals_linkletter", VIA_LINK, hashed=("to_address",), left_out=("sealed", "next_try_at", "attempts")),
    Watched("referrals_treatmentoption", VIA_JOURNEY, hashed=("words",), left_out=("submission",)),
    Watched("referrals_herday", VIA_JOURNEY, hashed=("words", "dose_words", "travel_by"), left_out=("submission",)),
    Watched("referrals_visit", VIA_JOURNEY, left_out=("reminder_id", "change_told_at")),
    Watched(
        "referrals_appointment",
        hashed=("words", "her_words", "cancelled_why"),
        left_out=("submission", "revision", "revised_at"),
    ),
    Watched("referrals_waiting", VIA_JOURNEY, hashed=("words",), left_out=("submission",)),
    Watched("gaps_aim", NOBODY, left_out=("submission",)),
    Watched("gaps_changenote", NOBODY, left_out=("submission",)),
    Watched("delivery_preference", NOBODY, hashed=("number",)),
)
