"""One archive with everything a fresh machine needs to be this site again: database, files, keys.

trouble    what the operator is told when it cannot be done
facts      what is counted before and after: rows, audit heads, migrations, triggers, policies
sqlite, postgres   how each database is copied out whole and put back whole
sealing    the archive under a passphrase
container  the ZIP: members with their SHA-256, the manifest as its last one
making, restoring  the two ways, in one screen each
"""
