"""The product's settings, for the tests."""

import os

os.environ["CARECOORD_MODE"] = "test"  # also for the programs that a test starts

from carecoord.settings import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a sign-in takes 0.1 s with the real one
