"""Services, referrals, clinics, appointments."""

from referrals.models.appointments import Appointment, HerDay, Visit, Waiting
from referrals.models.clinics import Clinic, Feed, Series, SeriesSession, Session
from referrals.models.letters import LinkLetter
from referrals.models.referrals import Referral, ReferralConsent, ReferralLink, ReferralStep, Shared, TreatmentOption
from referrals.models.services import Access, Place, Room, Service

__all__ = [
    "Access",
    "Appointment",
    "Clinic",
    "Feed",
    "HerDay",
    "LinkLetter",
    "Place",
    "Referral",
    "ReferralConsent",
    "ReferralLink",
    "ReferralStep",
    "Room",
    "Series",
    "SeriesSession",
    "Service",
    "Session",
    "Shared",
    "TreatmentOption",
    "Visit",
    "Waiting",
]
