"""The product's settings, for the tests."""

import os

os.environ["CARECOORD_MODE"] = "test"  # also for the programs that a test starts

from carecoord.settings import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a sign-in takes 0.1 s with the real one
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405 - a connection kept open would bar the removal of the test database
LOGGING["handlers"] = []  # noqa: F405 - pytest keeps the lines and shows those of a test that fails
