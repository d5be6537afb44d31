"""Lock three: PostgreSQL itself shows and takes only the rows of the open scope.

context   what the database is told before a statement: the scope, who asks, the day
policies  the SQL of functions and policies, made from the models' `row_rule`
install   puts them into the database after every migration, and says what is missing
checks    Django's system checks: every tenant table has a rule, and it stands in the database
"""

from __future__ import annotations

from django.db import ProgrammingError

_INSUFFICIENT_PRIVILEGE = "42501"


def refused(error: BaseException) -> bool:
    """Whether the database refused to write a row because it is another tenant's."""
    cause = error.__cause__ if isinstance(error, ProgrammingError) else None
    return getattr(cause, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE
