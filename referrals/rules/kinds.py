"""What kinds of services there are, and which critical moments a referral to one of them moves. One entry each.

``areas`` are the values of pathways.models.Need.Area that such a service answers: the directory is searched by them.
``neutral`` is what a calendar, a slip or a message may call it: whoever reads it over her shoulder learns nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Step = tuple[str, str]  # a critical moment's key and its step's


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of service. ``minutes``: how long a first appointment usually takes.

    ``sent``, ``accepted``, ``seen``: the steps that a referral of this kind completes when it was sent, when the
    service took her on, and when she has been there. ``after_birth``: an option of treatment after birth (pathway, A26
    to A28), whose outcome is recorded also where there is none.
    """

    key: str
    name: str
    areas: tuple[str, ...]
    minutes: int = 30
    neutral: str = "Appointment"
    sent: tuple[Step, ...] = ()
    accepted: tuple[Step, ...] = ()
    seen: tuple[Step, ...] = ()
    after_birth: bool = False


ALL: tuple[Kind, ...] = (
    Kind("midwifery", "Midwife", ("health", "baby")),
    Kind("scan", "Scan", ("health", "baby")),
    Kind("obstetrics", "Obstetric doctor", ("health",)),
    Kind(
        "drug_service",
        "Drug service",
        ("treatment",),
        sent=(("DRUG_SERVICE_REFERRAL", "sent"),),
        accepted=(("DRUG_SERVICE_REFERRAL", "acknowledged"),),
        seen=(("DRUG_SERVICE_REFERRAL", "first_appointment"),),
    ),
    Kind("prescriber", "Prescriber", ("treatment",)),
    Kind(
        "mental_health",
        "Perinatal mental health",
        ("mind",),
        45,
        sent=(("MH_BOOKING_SCREEN", "referral"), ("SEP_MH_7D", "referral")),
        seen=(("SEP_MH_7D", "first_contact"),),
    ),
    Kind("loss_support", "Support after a loss or a separation", ("mind", "people"), 45),
    Kind("mother_and_baby", "Mother-and-baby treatment", ("together", "treatment"), 60, after_birth=True),
    Kind("residential", "Residential treatment", ("treatment",), 60, after_birth=True),
    Kind("day_treatment", "Day programme", ("treatment", "people"), 60, after_birth=True),
    Kind("family_drug_support", "Drug service with a crèche", ("treatment", "childcare"), after_birth=True),
    Kind("mother_baby_unit", "Psychiatric mother-and-baby unit", ("together", "mind"), 60, after_birth=True),
    Kind("parenting", "Parenting support", ("baby", "people"), after_birth=True),
    Kind("social_work", "Social work", ("baby", "safety"), 45),
    Kind("health_visiting", "Health visitor", ("baby", "health")),
    Kind("advocacy", "Advocacy", ("advocacy",), 45),
    Kind("peer_support", "Peer support", ("people",), 45),
    Kind("housing", "Housing", ("housing",)),
    Kind("money", "Money and benefits", ("money", "food")),
    Kind("domestic_abuse", "Support with abuse at home", ("safety",), 45),
    Kind("contraception", "Contraception and sexual health", ("health",), 20),
    Kind("blood_borne", "Blood-borne virus clinic", ("health",), 20),
    Kind("dental", "Dentist", ("health",)),
    Kind("smoking", "Stop-smoking support", ("health",), 20),
    Kind("childcare", "Childcare", ("childcare",)),
    Kind("transport", "Help with getting there", ("travel",), 15),
    Kind("other", "Another service", ("other",)),
)

BY_KEY: Mapping[str, Kind] = {kind.key: kind for kind in ALL}
CHOICES = [(kind.key, kind.name) for kind in ALL]
AFTER_BIRTH = tuple(kind.key for kind in ALL if kind.after_birth)
