"""The rights on the tables of services, referrals and appointments. A woman's rows are seen through her journey."""

from carecoord.access.wall import Open, Wall, Walled, of_journey, through

_APPEND = "SELECT, INSERT"
_WRITE = "SELECT, INSERT, UPDATE"


def _of_journey(table: str, app: str, worker: str = "") -> Walled:
    return Walled(table, shows=of_journey(table), app=app, worker=worker or app)


def _of_referral(table: str, app: str, worker: str = "") -> Walled:
    return Walled(table, shows=through(table, "referral_id", "referrals_referral"), app=app, worker=worker or app)


WALL = Wall(
    tables=(
        Open("referrals_place", "where services are", app=_WRITE),
        Open("referrals_room", "rooms of a place", app=_WRITE),
        Open("referrals_service", "what exists here and for whom", app=_WRITE),
        Open("referrals_series", "which clinics come again", app=_WRITE, worker="SELECT, UPDATE"),
        Open("referrals_seriessession", "who is in which room of a clinic that comes again", app=f"{_WRITE}, DELETE"),
        Open("referrals_clinic", "on which days a clinic is held", app=_WRITE, worker=_WRITE),
        Open("referrals_session", "which service is where, and when", app=_WRITE, worker=_WRITE),
        Walled("referrals_feed", shows="referrals_feed.user_id = (SELECT cc_user())", app=_WRITE, worker="SELECT"),
        _of_journey(
            "referrals_referral",
            "SELECT, INSERT, UPDATE (state, since, flag_at, owner_id, answer_by, reminded_at, messaged_at)",
            "SELECT, UPDATE (state, since, flag_at, owner_id, messaged_at)",
        ),
        _of_referral("referrals_referralstep", _APPEND),
        _of_referral("referrals_referralconsent", _APPEND, "SELECT"),
        _of_referral("referrals_referrallink", "SELECT, INSERT, UPDATE (ended_at)", "SELECT, UPDATE (ended_at)"),
        Walled(
            "referrals_linkletter",
            shows=through("referrals_linkletter", "link_id", "referrals_referrallink"),
            app="SELECT (id, link_id, to_address, state, queued_at, sent_at, problem), INSERT",
            worker="SELECT, UPDATE",
        ),
        _of_journey("referrals_treatmentoption", _APPEND, "SELECT"),
        _of_journey("referrals_herday", _APPEND, "SELECT"),
        _of_journey("referrals_visit", _WRITE),
        _of_journey("referrals_appointment", _WRITE),
        _of_journey("referrals_waiting", _WRITE),
    ),
    functions=(
        "referrals_taken(bigint[])",
        "referrals_children(bigint, date, bigint)",
        "referrals_trips_saved(bigint, date, date)",
        "referrals_cancel_sessions(bigint[], text, bigint)",
        "referrals_read_feed(bytea)",
        "referrals_tell_of_override(bigint)",
        "referrals_overrides(timestamptz)",
        "referrals_preview(bigint, text[])",
        "referrals_read_link(bytea, bytea[])",
        "referrals_open_link(bytea, bytea[], boolean, uuid)",
    ),
)
