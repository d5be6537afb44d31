"""The product's settings, away from the developer's own database, files and demo clock."""

import os
import tempfile

os.environ["GREENLINK_VAR"] = tempfile.mkdtemp(prefix="greenlink-test-")
os.environ.setdefault("CELERY_TASK_ALWAYS_EAGER", "1")
# Tests make, change and empty a database: the owner's work, where there is one.
if owner_url := os.environ.pop("DATABASE_OWNER_URL", ""):
    os.environ["DATABASE_URL"] = owner_url

from greenlink.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every test's client loads the middleware anew; walking through all static files each time was a third of the tests.
WHITENOISE_AUTOREFRESH = True
