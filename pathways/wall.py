"""The rights on the tables with a woman's record: a row is seen through her, or through her journey."""

from carecoord.access.labels import Label
from carecoord.access.wall import Open, Wall, Walled, labelled, of_journey, of_woman, through

_WRITE = "SELECT, INSERT, UPDATE"
_APPEND = "SELECT, INSERT"
_COPIES = "SELECT, INSERT, UPDATE, DELETE"  # what is computed from facts can be made anew


def _hers(table: str, app: str, worker: str = "", column: str = "woman_id") -> Walled:
    return Walled(table, shows=of_woman(table, column), app=app, worker=worker or app)


def _of_journey(table: str, app: str, worker: str = "") -> Walled:
    return Walled(table, shows=of_journey(table), app=app, worker=worker or app)


_COVERED = (
    "EXISTS (SELECT FROM access_my_label mine JOIN pathways_journey hers ON hers.woman_id = mine.woman_id "
    "WHERE hers.id = pathways_careplan.journey_id AND mine.label = pathways_careplan.label)"
)
_SENT_HERE = (
    "EXISTS (SELECT FROM pathways_plansent sent "
    "WHERE sent.plan_id = pathways_careplan.id AND sent.to_team_id = ANY ((SELECT cc_teams())::bigint[]))"
)
_PLANS = f"{through('pathways_careplan', 'journey_id', 'pathways_journey')} AND ({_COVERED} OR {_SENT_HERE})"


def _protecting(table: str) -> Walled:
    return Walled(table, shows=labelled(table, f"'{Label.CHILD_PROTECTION}'"), app=_APPEND)


WALL = Wall(
    tables=(
        _hers("pathways_woman", _WRITE, column="id"),
        _hers("pathways_identifier", _APPEND),
        _hers("pathways_journey", _WRITE),
        _hers("pathways_demowoman", "SELECT", worker="SELECT"),
        _hers("pathways_safecontact", _APPEND),
        # Where she is: pages write it and only open_contact reads it. The two columns are what an INSERT gives back.
        _hers("pathways_contactdetail", "INSERT, SELECT (id, woman_id)"),
        _hers("pathways_address", "INSERT, SELECT (id, woman_id)"),
        _hers("pathways_opening", "SELECT"),
        _hers("pathways_messagetoher", _WRITE),
        Walled("pathways_background", shows=labelled("pathways_background", "pathways_background.label"), app=_APPEND),
        # A baby placed away: no list, no ward and no worker reads it.
        _protecting("pathways_placedaway"),
        Walled(
            "pathways_placedbaby",
            shows=through("pathways_placedbaby", "placement_id", "pathways_placedaway"),
            app=_APPEND,
        ),
        _protecting("pathways_tellingarranged"),
        _protecting("pathways_tellingsignoff"),
        _protecting("pathways_telling"),
        _of_journey("pathways_namedworker", _APPEND, worker="SELECT"),
        _of_journey("pathways_baby", _COPIES),
        _of_journey("pathways_event", _APPEND),
        Walled(
            "pathways_correction",
            shows=through("pathways_correction", "event_id", "pathways_event"),
            app=_APPEND,
            worker=_APPEND,
        ),
        _of_journey("pathways_handoff", _COPIES),
        _of_journey("pathways_flag", _COPIES),
        _of_journey("pathways_offer", _WRITE),
        Walled(
            "pathways_offerquestion",
            shows=through("pathways_offerquestion", "offer_id", "pathways_offer"),
            app=_WRITE,
            worker="SELECT",
        ),
        _of_journey("pathways_owner", _WRITE),
        _of_journey("pathways_stayoffer", _APPEND, worker="SELECT"),
        _of_journey("pathways_departure", _APPEND, worker="SELECT"),
        _of_journey("pathways_placement", _APPEND, worker="SELECT"),
        _of_journey("pathways_try", _APPEND),
        _of_journey("pathways_asked", _APPEND),
        _of_journey("pathways_outreachdecision", _APPEND),
        _of_journey("pathways_latereason", _APPEND),
        _of_journey("pathways_wordsofloss", _APPEND, worker="SELECT"),
        _of_journey("pathways_toldofbaby", _APPEND, worker="SELECT"),
        _of_journey("pathways_deathreport", _WRITE, worker="SELECT"),
        _of_journey("pathways_toldofdeath", _APPEND, worker="SELECT"),
        _of_journey("pathways_servicechoice", _APPEND, worker="SELECT"),
        # Who takes her on outside can tell where she is.
        Walled(
            "pathways_outsidetry",
            shows=labelled("pathways_outsidetry", f"'{Label.ADDRESS}'"),
            app=_APPEND,
            worker="SELECT",
        ),
        _of_journey("pathways_signoff", _APPEND, worker="SELECT"),
        _of_journey("pathways_closing", _APPEND, worker="SELECT"),
        _of_journey("pathways_reopening", _APPEND, worker="SELECT"),
        _of_journey("pathways_carriedhistory", _APPEND, worker="SELECT"),
        # A plan under a label is open to whoever covers it, and to the teams that it was sent to.
        Walled(
            "pathways_careplan",
            shows=_PLANS,
            app="SELECT, INSERT, UPDATE (agreed_at, ended_at)",
            worker="SELECT (id, kind)",
        ),
        Walled(
            "pathways_plansignature",
            shows=through("pathways_plansignature", "plan_id", "pathways_careplan"),
            app=_APPEND,
        ),
        _of_journey(
            "pathways_plansent",
            "SELECT, INSERT, UPDATE (acknowledged_at, acknowledged_by_id, acknowledged_name, ended_at)",
            worker="SELECT, UPDATE (messaged_at)",
        ),
        Walled("pathways_plancopy", shows=through("pathways_plancopy", "plan_id", "pathways_careplan"), app=_APPEND),
        Walled(
            "pathways_herwords",
            shows=of_journey("pathways_herwords"),
            app="SELECT, INSERT, UPDATE (ended, ended_at, ended_by_id)",
        ),
        Walled("pathways_need", shows=of_journey("pathways_need"), app=_APPEND),
        Walled("pathways_needstep", shows=through("pathways_needstep", "need_id", "pathways_need"), app=_APPEND),
        # Managers are told too and see no woman: what they may know comes from functions. An alert stays as it was,
        # and only loses its handoff's row when that goes.
        _of_journey("pathways_alert", "SELECT, UPDATE (handoff_id)", worker=f"{_APPEND}, UPDATE (handoff_id)"),
        Walled(
            "pathways_alertto",
            shows=of_woman("pathways_alertto"),
            writes="pathways_alertto.user_id = (SELECT cc_user())",
            app="SELECT, UPDATE (seen_at)",
            worker=_APPEND,
        ),
        _of_journey("pathways_hold", _WRITE),
        Open("pathways_dutypost", "who holds which post of the ladders", app=_COPIES),
        # Two women at once, of whom the reader may see neither: only through pathways_matches.
        Walled("pathways_matchreview", shows="false", worker=_APPEND),
        Open("pathways_sweeprun", "when the sweeps ran", worker=_COPIES),
    ),
    functions=(
        "pathways_tallies(timestamptz)",
        "pathways_workload(bigint, timestamptz)",
        "pathways_matches(bigint)",
        "pathways_refused_moves(timestamptz)",
        "pathways_reopened(timestamptz)",
        "pathways_unmet_needs(bigint, timestamptz)",
        "pathways_decide_match(bigint, text, text)",
        "open_contact(bigint, text, text, uuid)",
        "has_address_to_write_to(bigint)",
        "has_address_to_visit(bigint)",
        "pathways_way_to_her(bigint)",
        "pathways_my_alerts()",
        "pathways_take_alert(bigint, uuid)",
        "pathways_give_back_alert(bigint)",
        "pathways_my_told(date, date)",
        "pathways_told_spread(date, date)",
        "pathways_alert_honesty(date, date)",
        "pathways_put_off_reasons(date, date, text[])",
        "pathways_staying_together(bigint, date)",
        "pathways_changed_since(text, bigint, bigint, integer)",
        "pathways_written(text, bigint, bigint)",
    ),
)
