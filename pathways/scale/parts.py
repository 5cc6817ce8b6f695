"""What other parts add to an invented population: they name themselves here, in their app's ``ready``."""

# By name: a function of what was made, and of how many processes may work.
BESIDES: list[str] = []
