"""The rights on what is counted. Exact numbers of few women are the worker's alone; pages read what was told."""

from carecoord.access.wall import Open, Wall, Walled, of_journey

_COPIES = "SELECT, INSERT, UPDATE, DELETE"
_APPEND = "SELECT, INSERT"
_KEPT = "SELECT, INSERT, UPDATE"  # a trigger holds what was written; only an end is added

WALL = Wall(
    tables=(
        Walled("gaps_tocount", shows="false", worker="SELECT, INSERT, DELETE"),
        Walled("gaps_casecount", shows="false", worker=_COPIES),
        Walled("gaps_cell", shows="false", worker=_COPIES),
        # Keys and answers of CE-8: pages reach them by the functions below alone, and never read one.
        Walled("gaps_invitation", shows="false"),
        Walled("gaps_response", shows="false", worker="SELECT"),
        Walled("gaps_rest", shows=of_journey("gaps_rest"), app=_APPEND),
        Walled(
            "gaps_callwanted",
            shows=of_journey("gaps_callwanted"),
            app="SELECT, UPDATE (done_at, done_by_id)",
            worker="SELECT, UPDATE (told_at)",
        ),
        Open("gaps_analysis", "numbers that everybody who may see numbers may see", worker=_APPEND),
        Open("gaps_told", "up to when numbers were told", worker=_APPEND),
        Open("gaps_block", "numbers that everybody who may see numbers may see", worker=_APPEND),
        Open("gaps_standing", "the same numbers, put together", worker=_COPIES),
        Open("gaps_quarter", "quarters of which a report can be had", worker=_APPEND),
        Open("gaps_aim", "what a site wants a number to reach", app=_KEPT),
        Open("gaps_changenote", "what a site changed", app=_KEPT),
    ),
    functions=(
        "gaps_invite(bigint, text, text, boolean, timestamptz, uuid)",
        "gaps_questions(text[])",
        "gaps_answer(text[], text, smallint[], smallint[], boolean)",
        "gaps_paper(text[])",
        "gaps_enter(text[], text, smallint[], smallint[], boolean, timestamptz)",
    ),
)
