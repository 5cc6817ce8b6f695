"""The rights on the tables of ward medicine: a row is seen through the woman's journey."""

from carecoord.access.wall import Open, Wall, Walled, of_journey

_APPEND = "SELECT, INSERT"
_STRUCK = "SELECT, INSERT, UPDATE (struck_at, struck_by_id, struck_reason)"


def _of_journey(table: str, app: str, worker: str = "SELECT") -> Walled:
    return Walled(table, shows=of_journey(table), app=app, worker=worker)


WALL = Wall(
    tables=(
        _of_journey("medications_statement", _STRUCK),
        _of_journey("medications_call", _STRUCK),
        _of_journey("medications_decision", _STRUCK),
        # The worker ends the plan of somebody who went home.
        _of_journey(
            "medications_plan",
            "SELECT, INSERT, UPDATE (status, valid, reason, ended_by_id)",
            "SELECT, UPDATE (status, valid, reason, ended_by_id)",
        ),
        _of_journey(
            "medications_duedose",
            "SELECT, INSERT, UPDATE (cancelled_at, cancelled_because)",
            "SELECT, INSERT, UPDATE (cancelled_at, cancelled_because)",
        ),
        _of_journey(
            "medications_dose",
            "SELECT, INSERT, UPDATE (struck_at, struck_by_id, struck_reason, struck_with_id, released_by_id, event_id)",
        ),
        _of_journey("medications_signing", "SELECT, INSERT, UPDATE (struck_at, struck_by_id, struck_reason, dose_id)"),
        _of_journey("medications_safetyreport", _STRUCK, "SELECT, UPDATE (told_at)"),
        _of_journey("medications_visiting", _APPEND),
        _of_journey("medications_stay", "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE"),
        _of_journey("medications_observationplan", _STRUCK),
        _of_journey("medications_observation", _STRUCK),
        _of_journey("medications_observationstep", _STRUCK),
        _of_journey("medications_leavingentry", _STRUCK),
        _of_journey("medications_communitydose", _STRUCK),
        _of_journey("medications_ownmedicine", _STRUCK),
        _of_journey("medications_ownmedicinestep", _STRUCK),
        _of_journey(
            "medications_ownmedicinetaken", "SELECT, INSERT, UPDATE (struck_at, struck_by_id, struck_reason, event_id)"
        ),
        _of_journey(
            "medications_feedingplan",
            "SELECT, INSERT, UPDATE (struck_at, struck_by_id, struck_reason, midwife_id, midwife_at, consultant_id, "
            "consultant_at, agreed_at, replaced_at, shared_at, shared_by)",
        ),
        _of_journey(
            "medications_feedingadvice",
            "SELECT, INSERT, UPDATE (struck_at, struck_by_id, struck_reason, event_id, settled_by_id)",
        ),
        _of_journey("medications_handedover", _STRUCK),
        Open(
            "medications_shifthandover",
            "who handed a ward over to whom, and when",
            app="SELECT, INSERT, UPDATE (accepted_by_id, accepted_at)",
            worker="SELECT, UPDATE (told_at)",
        ),
    ),
    functions=(
        "medications_expected(bigint, date, date)",
        "medications_end_stay()",
        "medications_own_taken(bigint, date)",
    ),
)
