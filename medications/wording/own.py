"""How far medicine that she brought is, in a few words: for lists, and beside the choices of going home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from medications.models import OwnMedicineStep

Kind, Consent, Outcome = OwnMedicineStep.Kind, OwnMedicineStep.Consent, OwnMedicineStep.Outcome
_ASKED = {
    Consent.YES: "to be measured and stored",
    Consent.NO: "agree with her how it is kept",
    Consent.UNABLE: "she cannot say just now",
}


def own_in_words(medicines: Iterable[Iterable[Mapping[str, str]]]) -> str:
    """``stored, receipt owed``; of several what differs, once each. Of each: kind and answer of its steps, in order."""
    return "; ".join(dict.fromkeys(_one({step["kind"]: step["answer"] for step in steps}) for steps in medicines))


def _one(last: Mapping[str, str]) -> str:
    if Kind.OUTCOME in last:
        words = str(Outcome(last[Kind.OUTCOME]).label)
        return words[0].lower() + words[1:]
    if Kind.STORED in last:
        return "stored, receipt given" if Kind.RECEIPT in last else "stored, receipt owed"
    if Kind.KEPT_BY_HER in last:
        return "she keeps it, as agreed"
    return _ASKED[Consent(last[Kind.ASKED])] if Kind.ASKED in last else "explain, and ask her"
