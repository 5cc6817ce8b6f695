"""The rights on the trail: the web adds looks under its own person's name, the worker seals, the auditor reads."""

from carecoord.access.wall import Open, Wall, Walled

_NOBODY = "false"  # no row is for the web's eyes; what it may ask are the functions below

WALL = Wall(
    tables=(
        # Written by the tables' triggers, with the owner's rights.
        Walled("audit_change", shows=_NOBODY, worker="SELECT", audit="SELECT"),
        Walled(
            "audit_read",
            shows=_NOBODY,
            writes="actor_id = (SELECT cc_user())",
            app="INSERT",
            worker="SELECT",
            audit="SELECT",
        ),
        Walled("audit_unusual", shows=_NOBODY, worker="SELECT, INSERT"),
        Walled("audit_lookedinto", shows=_NOBODY),
        Open("audit_waiting", "numbers of entries", app="", worker="SELECT, DELETE", audit="SELECT"),
        Open("audit_seal", "numbers of entries and hashes", app="", worker="SELECT, INSERT", audit="SELECT"),
        Open("audit_verification", "when the trail was verified", app="", worker="SELECT", audit="SELECT, INSERT"),
        Open("audit_hash_key", "the key of hidden values; the owner's alone", app="", worker=""),
    ),
    functions=(
        "audit_looked(bigint, integer, integer)",
        "audit_my_sites()",
        "audit_unusual_here(date, integer, bigint)",
        "audit_look_into(bigint, character varying, character varying)",
        "audit_state()",
    ),
)
