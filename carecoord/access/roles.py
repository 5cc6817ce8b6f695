"""The roles of perinatal care, as the product names them. Pure Python: engine and moments use it too."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is in a woman's care, or in running the service. ``woman`` receives; it is not a login."""

    SPECIALIST_MIDWIFE = "specialist_midwife"
    MIDWIFE = "midwife"
    WARD_MIDWIFE = "ward_midwife"
    WARD_COORDINATOR = "ward_coordinator"
    LABOUR_WARD_COORDINATOR = "labour_ward_coordinator"
    OBSTETRIC_DOCTOR = "obstetric_doctor"
    NEONATAL_TEAM = "neonatal_team"
    ANAESTHETIST = "anaesthetist"
    PHARMACIST = "pharmacist"
    OST_PRESCRIBER = "ost_prescriber"
    DRUG_SERVICE_KEYWORKER = "drug_service_keyworker"
    COMMUNITY_PHARMACIST = "community_pharmacist"
    HEALTH_VISITOR = "health_visitor"
    GP = "gp"
    PERINATAL_MENTAL_HEALTH = "perinatal_mental_health"
    SAFEGUARDING_MIDWIFE = "safeguarding_midwife"
    SOCIAL_WORKER = "social_worker"
    BEREAVEMENT_LEAD = "bereavement_lead"
    SERVICE_MANAGER = "service_manager"
    SITE_ADMINISTRATOR = "site_administrator"
    PRIVACY_OFFICER = "privacy_officer"
    WOMAN = "woman"


ROLE_NAMES: dict[Role, str] = {
    Role.SPECIALIST_MIDWIFE: "Specialist midwife",
    Role.MIDWIFE: "Midwife",
    Role.WARD_MIDWIFE: "Ward midwife",
    Role.WARD_COORDINATOR: "Ward coordinator",
    Role.LABOUR_WARD_COORDINATOR: "Labour-ward coordinator",
    Role.OBSTETRIC_DOCTOR: "Obstetric doctor",
    Role.NEONATAL_TEAM: "Neonatal team",
    Role.ANAESTHETIST: "Obstetric anaesthetist",
    Role.PHARMACIST: "Ward pharmacist",
    Role.OST_PRESCRIBER: "Drug-service prescriber",
    Role.DRUG_SERVICE_KEYWORKER: "Drug-service keyworker",
    Role.COMMUNITY_PHARMACIST: "Community pharmacist",
    Role.HEALTH_VISITOR: "Health visitor",
    Role.GP: "GP",
    Role.PERINATAL_MENTAL_HEALTH: "Perinatal mental health",
    Role.SAFEGUARDING_MIDWIFE: "Safeguarding midwife",
    Role.SOCIAL_WORKER: "Social worker",
    Role.BEREAVEMENT_LEAD: "Bereavement lead",
    Role.SERVICE_MANAGER: "Service manager",
    Role.SITE_ADMINISTRATOR: "Site administrator",
    Role.PRIVACY_OFFICER: "Privacy officer",
    Role.WOMAN: "The woman",
}
