"""The rights on the tables of the ground floor: people, sites, sessions, and what lets a person see a woman."""

from carecoord.access.wall import ALL, Open, Wall, Walled, of_woman

_MINE = "(user_id = (SELECT cc_user()) OR team_id = ANY ((SELECT cc_teams())::bigint[]))"
_NOT_HERS = (
    "NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = {table}.woman_id AND c.user_id = (SELECT cc_user()))"
)
_REVIEWED = "access_opening.site_id = ANY ((SELECT cc_reviewed_sites())::bigint[])"

WALL = Wall(
    tables=(
        # The web reads its own person's grants and conflicts, and writes none: see access/migrations/0003.
        Walled("access_grant", shows=_MINE, app="SELECT", worker="SELECT"),
        # The sweep tells nobody who is in conflict with her; it reads who that is, and never why.
        Walled(
            "access_conflict",
            shows="user_id = (SELECT cc_user())",
            app="SELECT",
            worker="SELECT (woman_id, user_id)",
        ),
        Walled("access_seal", shows=of_woman("access_seal"), app="SELECT"),
        # Written by the functions of access/migrations/0006; read by nobody on a page.
        Walled("access_claimattempt", shows="false", worker="SELECT"),
        # Somebody's own openings, and those that they review: never their own.
        Walled(
            "access_opening",
            shows=f"(access_opening.user_id = (SELECT cc_user()) OR {_REVIEWED}) AND "
            + _NOT_HERS.format(table="access_opening"),
            writes=f"{_REVIEWED} AND access_opening.user_id <> (SELECT cc_user()) "
            "AND access_opening.reviewed_by_id = (SELECT cc_user())",
            app="SELECT, UPDATE (reviewed_by_id, reviewed_at, outcome, note)",
            worker="SELECT",
        ),
        Walled(
            "access_notice",
            shows="access_notice.user_id = (SELECT cc_user()) AND " + _NOT_HERS.format(table="access_notice"),
            app="SELECT, UPDATE (seen_at)",
            worker="SELECT",
        ),
        Walled("access_draft", shows="user_id = (SELECT cc_user())", app=ALL, worker="SELECT, DELETE"),
        Open("access_sign_in", "who is signed in where", app=ALL),
        Open("access_pin", "staff's PINs, hashed", app=ALL, worker=""),
        Open("access_signin_failure", "how often a password was wrong", app=ALL, worker="SELECT, DELETE"),
        Open("access_signin_alert", "when many accounts were tried", app="SELECT, INSERT, UPDATE"),
        Open("access_cover", "who covers for whom, and when", app="SELECT, INSERT, UPDATE"),
        Open("access_rolelabel", "the table of labels by role", app="", worker=""),
        Open("access_user", "staff", app="SELECT, INSERT, UPDATE"),
        Open("access_team", "teams", app="SELECT"),
        Open("access_membership", "who works where", app="SELECT, INSERT, UPDATE"),
        Open("sites_site", "sites", app="SELECT"),
        Open("account_emailaddress", "staff's addresses", app=ALL, worker=""),
        Open("account_emailconfirmation", "staff's addresses", app=ALL, worker=""),
        Open("mfa_authenticator", "staff's second factors, encrypted", app=ALL, worker=""),
        Open("usersessions_usersession", "where staff are signed in", app=ALL, worker=""),
        Open("socialaccount_socialaccount", "staff's sign-in at their own site", app=ALL, worker=""),
        Open("socialaccount_socialapp", "staff's sign-in at their own site", app="SELECT", worker=""),
        Open("socialaccount_socialtoken", "staff's sign-in at their own site", app=ALL, worker=""),
        Open("django_session", "sessions; signed text without a woman's data", app=ALL, worker="SELECT, DELETE"),
        Open("cache", "the limits of sign-in", app=ALL, worker=ALL),
        Open("django_content_type", "names of models"),
        Open("django_migrations", "names of migrations"),
        Open("auth_group", "unused; Django's own"),
        Open("auth_permission", "unused; Django's own"),
        Open("auth_group_permissions", "unused; Django's own"),
    ),
    functions=(
        "cc_user()",
        "cc_now()",
        "cc_woman()",
        "cc_teams()",
        "cc_my_women()",
        "cc_my_journeys()",
        "cc_sees(bigint)",
        "cc_sees_label(bigint, text)",
        "cc_is_product()",
        "access_reserve_woman(bigint)",
        "access_set_derived(bigint, jsonb)",
        "cc_sites()",
        "cc_reviewed_sites()",
        "access_claim(text, text[], date, text, text)",
        "access_break_glass(bigint, text[], text, text)",
        "access_close_opening(bigint)",
        "access_pages_of_opening(bigint)",
        "access_asked_in_vain()",
        "access_who_sees(bigint)",
        "access_conflicts_of(bigint)",
        "access_add_conflict(bigint, bigint, text)",
        "access_end_conflict(bigint)",
        "access_seal_record(bigint, integer, text)",
        "access_unseal(bigint)",
        "access_tell_of_death(bigint)",
    ),
    views=("access_my_grant", "access_my_label"),
)
