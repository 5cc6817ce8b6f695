#!/usr/bin/env python
"""The commands of CareCoord: `manage.py help` lists them."""

import os
import sys

from carecoord.environment import role_for

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carecoord.settings")
    os.environ["CARECOORD_DATABASE_ROLE"] = role_for(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
