"""Said to whoever runs the command, as a sentence; nothing has been harmed when it is said before writing."""

from __future__ import annotations


class BackupTrouble(Exception):
    pass
