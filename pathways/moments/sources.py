"""Where each number and rule comes from, and how far the source was read.

``R`` sources were read to the extent given; ``K`` sources are known but were not read again, with how sure we are.
Nothing here has been ratified by a clinician: every window is a site parameter.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One source: its id, what it is, and how far it was read (or, for a ``K`` source, how sure we are)."""

    id: str
    title: str
    extent: str

    @property
    def was_read(self) -> bool:
        return self.id.startswith("R")


_ALL = (
    Source(
        "R1",
        "Radcliffe et al., “The experiences of perinatal care for women who use and are in treatment for"
        " drug use: The Stepping Stones Study” (NIHR130619)",
        "read in full",
    ),
    Source(
        "R2",
        "Peacock-Chambers et al. 2021, Subst Abus 42(4):1022-1029, PMID 33798013, PMC8919676",
        "read in full (abstract)",
    ),
    Source(
        "R3",
        "Radcliffe et al., Models of perinatal care for women who use or are in treatment for drugs: synopsis of the"
        " Stepping Stones Study",
        "excerpt",
    ),
    Source("R4", "Stepping Stones, Lisbon Addictions 2024", "abstract"),
    Source("R5", "Stepping Stones, Society for the Study of Addiction", "abstract"),
    Source("R6", "Gilmour et al. 2024, scoping review of UK guidance", "abstract + excerpt"),
    Source("R6b", "Gilmour et al. 2024, scoping review of UK guidance, Table 4", "table 4 excerpt"),
    Source("R7", "NICE implementation support toolkit, routine antenatal appointments", "excerpt"),
    Source("R8", "PHS Antenatal booking in Scotland, CY2022 and CY2023", "excerpt"),
    Source("R9", "Scottish antenatal access target", "page"),
    Source(
        "R10",
        "National Guidance for Child Protection in Scotland 2021 (v1.0)",
        "two pages: paras around 3.143-3.145 and 4.261-4.264",
    ),
    Source("R11", "Sefton SCP procedures 6.1.8", "excerpt"),
    Source("R12", "Cheshire East pre-birth conferences", "excerpt"),
    Source("R13", "Doncaster unborn babies procedure", "excerpt"),
    Source("R14", "South Ayrshire pre-birth conferences", "excerpt"),
    Source("R15b", "Cambridgeshire pre-birth planning", "excerpt"),
    Source("R16", "Mason et al. 2022, Born into Care: best practice when the State intervenes at birth", "excerpts"),
    Source("R16b", "Research in Practice, Pre-Birth Change Project, key message 9", "excerpt"),
    Source("R19", "De Backer et al. 2025 BMJ Med 4:e001464 (MBRRACE-UK 2014-22)", "news + abstract"),
    Source("R20", "Delap & Kitchen 2023 BMJ 382:p1839 (quoting MBRRACE-UK 2022)", "opinion article"),
    Source("R21", "Report of MMHA MMHS progress report Oct 2024", "article"),
    Source(
        "R22",
        "NHS England, GP six to eight week maternal postnatal consultation: what good looks like",
        "excerpt",
    ),
    Source("R23", "Healthwatch West Sussex on the GP six to eight week maternal postnatal consultation", "excerpt"),
    Source("R24", "NCT, 6-8 week check", "excerpt"),
    Source("R25", "NHS England, 5 key health-visitor visits", "page"),
    Source("R26", "Scottish Government, Universal Health Visiting Pathway p2", "excerpt"),
    Source("R27", "NHS Lothian PWID hospital guideline 2023: patients receiving methadone/buprenorphine", "page"),
    Source("R28", "NHS Lothian PWID hospital guideline 2023: information on opioid substitution therapy", "excerpt"),
    Source("R29", "NHS Lanarkshire formulary, opioid dependence", "excerpt"),
    Source("R30", "Community Pharmacy Scotland, NHS Lothian OST", "page"),
    Source("R31", "NHSGGC Medicines Update, Home Office instalment wording", "page"),
    Source("R33", "Harris et al. 2022 BMC Medicine, OST policies in English hospitals", "excerpt"),
    Source("R34", "Lewer et al., iHOST protocol", "abstract"),
    Source("R36", "Drug-related death soon after hospital discharge, Scotland", "abstract"),
    Source("R37", "NHS Tayside Safe & Secure Handling s8.15 Patient's Own CDs", "page"),
    Source("R39", "NICE NG46 recommendations 1.1.1-1.1.5", "excerpt"),
    Source("R40", "SPS, Treating opioid dependence during breastfeeding", "page"),
    Source("R41", "ABM Clinical Protocol #21 (revised 2023)", "abstract + summary"),
    Source("R42", "NHS Lothian, Substance misuse in pregnancy resource pack (2003)", "page 102"),
    Source("R43", "West of Scotland NAS guideline", "its opening; one passage in a mirror only"),
    Source("R44", "Leeds Teaching Hospitals NAS guideline (reviewed 2018)", "excerpt"),
    Source("R45", "Wales Neonatal Network NAS guideline", "excerpt"),
    Source("R46", "How long should infants at risk be monitored? J Paediatr Child Health 2014;50:352-5", "abstract"),
    Source("R47", "NAS postnatal ward vs NNU, Eur J Pediatr 2010;169:95-8", "abstract"),
    Source("R51", "BAPM Framework for Neonatal Transitional Care 2017", "excerpt"),
    Source("R52", "NHSGGC 1044 Alcohol & drugs problematic use in pregnancy", "excerpt"),
    Source("R53", "NHSGGC flowchart (older)", "excerpt"),
    Source("R54", "UKCPA periop handbook, methadone", "page"),
    Source("R58", "DHSC, Supplying take home naloxone without a prescription", "page"),
    Source("R59", "Pharmaceutical Journal, 2 Dec 2024", "news"),
    Source("R60", "MAT standards (Scottish Government 2021)", "pages"),
    Source("R84", "Schiff et al. 2021 AJOG", "abstract"),
    Source("R85", "Wilder et al. 2015 DAD 149:225", "abstract"),
    Source(
        "R-CON",
        "Immediate postpartum contraception (Cambridge Core abstract); FSRH summary",
        "abstract + summary",
    ),
    Source(
        "K1",
        "Drug misuse and dependence: UK guidelines on clinical management (“Orange Book”) 2017: "
        "assessment/prescribing chapters; pregnancy & neonatal section",
        "M (only title page + quotations in other sources were retrievable)",
    ),
    Source(
        "K2",
        "NICE CG110 section 1.2 (women who misuse substances): named midwife/doctor with direct line, "
        "integrated/co-located care, information on effects on baby and what happens after birth; s1.1: "
        "record bookings by 10, 12+6, 20 wk",
        "H on content, M on numbering",
    ),
    Source(
        "K3",
        "NICE NG201 section 1.1: first appointment by 10+0; within 2 weeks if contact later than 9+0; "
        "ask reasons for late booking",
        "H",
    ),
    Source(
        "K4",
        "NICE NG194 section 1.1: midwife visit within 36 h of transfer of care; health visitor 7-14 days"
        " after transfer from midwifery",
        "H",
    ),
    Source(
        "K5",
        "NICE CG192: depression/anxiety identification questions at booking and early postnatal period",
        "H on content, M on exact weeks",
    ),
    Source("K6", "NICE TA114 methadone and buprenorphine", "M"),
    Source(
        "K7b",
        "BNF treatment summary “Substance dependence”: ≥3 missed days = risk from lost tolerance, "
        "consider reducing; ≥5 days assess illicit use before restart (esp. buprenorphine); pregnancy: "
        "acute withdrawal avoided, third-trimester metabolism may need dose increase or twice-daily "
        "methadone; neonatal signs usually 24-72 h, may be delayed up to 14 days; breastfeeding: lowest "
        "effective dose, report sleepiness/breathing difficulty urgently",
        "H",
    ),
    Source("K9", "FSRH Contraception After Pregnancy (2017, amended 2020): contraception needed from day 21", "H"),
    Source(
        "K10",
        "Working Together to Safeguard Children 2023: ICPC within 15 working days of strategy discussion",
        "H",
    ),
    Source(
        "K16",
        "NICE NG121 intrapartum care for women with existing medical conditions or obstetric "
        "complications: includes women with no antenatal care",
        "M",
    ),
    Source("K17", "Scotland UHVP: first home visit 11-14 days", "M-H"),
    Source(
        "K19",
        "Buvidal SmPC s4.2: weekly dose may be given up to 2 days early or late, monthly up to 1 week early or late",
        "H (excerpt read stops before this passage)",
    ),
    Source(
        "K24",
        "Obstetric anaesthesia/BNF: avoid mixed agonist-antagonists in opioid-dependent women; opioid replacement is "
        "not labour analgesia",
        "H",
    ),
    Source("K26", "National Bereavement Care Pathway (England; Scotland)", "H that it exists"),
)

SOURCES: dict[str, Source] = {source.id: source for source in _ALL}
