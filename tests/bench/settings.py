"""The product's settings, for measuring on a population: as `make run` has them, with the bare pages beside its own."""

from carecoord.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
LOGGING["handlers"] = []  # noqa: F405
