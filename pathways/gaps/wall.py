"""The rights on what is counted. Exact numbers of few women are the worker's alone; pages read what was told."""

from carecoord.access.wall import Open, Wall, Walled

_COPIES = "SELECT, INSERT, UPDATE, DELETE"
_APPEND = "SELECT, INSERT"
_KEPT = "SELECT, INSERT, UPDATE"  # a trigger holds what was written; only an end is added

WALL = Wall(
    tables=(
        Walled("gaps_tocount", shows="false", worker="SELECT, INSERT, DELETE"),
        Walled("gaps_casecount", shows="false", worker=_COPIES),
        Walled("gaps_cell", shows="false", worker=_COPIES),
        Open("gaps_told", "up to when numbers were told", worker=_APPEND),
        Open("gaps_block", "numbers that everybody who may see numbers may see", worker=_APPEND),
        Open("gaps_standing", "the same numbers, put together", worker=_COPIES),
        Open("gaps_quarter", "quarters of which a report can be had", worker=_APPEND),
        Open("gaps_aim", "what a site wants a number to reach", app=_KEPT),
        Open("gaps_changenote", "what a site changed", app=_KEPT),
    ),
)
