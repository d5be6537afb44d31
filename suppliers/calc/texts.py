"""Text from files, made fit to be stored and shown: nothing invisible, nothing endless."""

import re

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
LONGEST_SHOWN = 60
LONGEST_NOTE = 200


def visible(text: str, limit: int = LONGEST_NOTE) -> str:
    """Text with control characters as their pictures (a database refuses NUL), cut at `limit` characters."""
    cut = CONTROL.sub(_picture, text[:limit])
    return cut + ("…" if len(text) > limit else "")


def shown(text: str) -> str:
    """A cell's text as an issue carries it: visible, on one short line."""
    return visible(text, LONGEST_SHOWN)


def without_controls(text: str, limit: int = LONGEST_NOTE) -> str:
    """Text with control characters left out, cut at `limit` characters."""
    return CONTROL.sub("", text)[:limit]


def _picture(match: re.Match[str]) -> str:
    number = ord(match[0])
    return chr(0x2400 + number) if number < 32 else "␡" if number == 127 else "\ufffd"
