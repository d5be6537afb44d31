"""Numbers of statements: GLS-2024-7KQM4XT9C. Year, eight characters drawn by lot, one that checks them.

They are not counted up: the page of a number is public, so that who knows one number must not know the next.
"""

from __future__ import annotations

import re
import secrets

# 31 characters, a prime: the check finds every wrong character and every two that changed places. No I, L, O, 0, 1.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_DRAWN = 8
_PLAIN = re.compile(r"[A-Z0-9-]{1,40}")


def draw(year: int) -> str:
    drawn = "".join(secrets.choice(ALPHABET) for _place in range(_DRAWN))
    return f"{of_year(year)}{drawn}{check_character(year, drawn)}"


def of_year(year: int) -> str:
    """How the numbers of a year begin."""
    return f"GLS-{year}-"


def year_of(number: str) -> int | None:
    found = re.match(r"GLS-(\d{4})-", number)
    return int(found[1]) if found else None


def check_character(year: int, drawn: str) -> str:
    """Σ weight × value mod 31 over the year's digits and the drawn characters, weights 2, 3, 4 …"""
    values = [int(digit) for digit in str(year)] + [ALPHABET.index(character) for character in drawn]
    return ALPHABET[sum(weight * value for weight, value in enumerate(values, start=2)) % len(ALPHABET)]


def is_well_formed(number: str) -> bool:
    """Whether it could have been issued: a mistyped number fails here."""
    found = re.fullmatch(rf"GLS-(\d{{4}})-([{ALPHABET}]{{{_DRAWN}}})([{ALPHABET}])", number)
    return found is not None and check_character(int(found[1]), found[2]) == found[3]


def plain(number: str) -> str:
    """As it is looked up: upper case, without spaces; empty where no number can look like that."""
    tidy = number.strip().upper()
    return tidy if _PLAIN.fullmatch(tidy) else ""
