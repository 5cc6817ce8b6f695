"""The product's settings, for the tests."""

import os

os.environ["CARECOORD_MODE"] = "test"  # also for the programs that a test starts

from carecoord.settings import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a sign-in takes 0.1 s with the real one
# The owner makes the test database; the tests sign in to it as the web server does (see roles.py).
DATABASES["default"] |= {"CONN_MAX_AGE": 0, "TEST": {"MIRROR": "owner"}}  # noqa: F405
DATABASES["owner"] = {**DATABASES["default"], "USER": "cc_owner", "TEST": {}}  # noqa: F405
MIDDLEWARE = ["tests.roles.AsTheWebRole", *MIDDLEWARE]  # noqa: F405
LOGGING["handlers"] = []  # noqa: F405 - pytest keeps the lines and shows those of a test that fails
MFA_REQUIRED = False  # tests of pages sign in with one step; those of the second step switch it on
