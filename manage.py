#!/usr/bin/env python
"""The door for commands: `./run WORD` comes here."""

import os
import sys

NO_TABLES = "no such table", "does not exist"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenlink.settings")
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    try:
        execute_from_command_line(sys.argv)
    except DatabaseError as error:
        if not any(words in str(error) for words in NO_TABLES):
            raise
        sys.exit(
            "The database is empty. Build the demo (./run demo --once), or an empty site with its factors "
            "(./run migrate && ./run load_factors)."
        )


if __name__ == "__main__":
    main()
