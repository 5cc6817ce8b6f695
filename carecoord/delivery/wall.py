"""The rights on messages to staff: everybody sees their own; the worker writes and sends them."""

from carecoord.access.wall import Wall, Walled

_WRITE = "SELECT, INSERT, UPDATE"

WALL = Wall(
    tables=(
        # A page may add one thing: a test to whoever asks for it.
        Walled(
            "delivery_message",
            shows="delivery_message.to_user_id = (SELECT cc_user())",
            writes="delivery_message.to_user_id = (SELECT cc_user()) AND delivery_message.template = 'test' "
            "AND delivery_message.state = 'waiting'",
            app="SELECT, INSERT",
            worker=_WRITE,
        ),
        Walled(
            "delivery_preference",
            shows="delivery_preference.user_id = (SELECT cc_user())",
            app=_WRITE,
            worker="SELECT",
        ),
    ),
    functions=("cc_running(timestamptz)", "cc_care(timestamptz)"),
)
