"""Texts and numbers that say whose they are, each kept with the tenants that may read it.

A canary in an answer to anybody else is a leak, whichever way it came there. Who may read one is written down
where it is planted, from the facts of the world, and never asked of the product.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from django.db import models

Readers = frozenset[str]

_FIRST_NUMBER, _STEP = 6_100_003, 10_007
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[,\u2009\u202f\u00a0](?=\d)")


class Canaries:
    def __init__(self) -> None:
        self.texts: dict[str, Readers] = {}
        self.numbers: dict[int, Readers] = {}
        self.persons: dict[str, str] = {}

    def text(self, owner: str, what: str, readers: Readers) -> str:
        canary = f"canary-{owner}-{what}"
        assert self.texts.setdefault(canary, readers) == readers, canary
        return canary

    def number(self, readers: Readers) -> int:
        number = _FIRST_NUMBER + _STEP * len(self.numbers)
        self.numbers[number] = readers
        return number

    def plant(self, model: type[Any], owner: str, readers: Readers, tag: str, **given: Any) -> Any:
        """A row whose every text, beyond those given, is a canary; a text too short to hold one stays empty."""
        for field in model._meta.concrete_fields:
            if field.name not in given and _takes_text(field):
                canary = f"canary-{owner}-{tag}-{model._meta.model_name}-{field.name}"
                value = _shaped(field, canary)
                if field.max_length is None or len(value) <= field.max_length:
                    given[field.name] = value
                    self.text(owner, f"{tag}-{model._meta.model_name}-{field.name}", readers)
        return self.sow(model, readers, **given)

    def sow(self, model: type[Any], readers: Readers, **given: Any) -> Any:
        """A row whose own number is a canary as well."""
        given.setdefault("pk", self.number(readers))
        return model.objects.create(**given)

    def hidden_texts(self, tenant: str, person: str = "") -> re.Pattern[str]:
        """Finds whatever this tenant must not read; "" is nobody's tenant. A person may always read its own name."""
        own = {text for text in self.texts if person and self.persons.get(text) == person}
        texts = [text for text, readers in self.texts.items() if tenant not in readers and text not in own]
        return re.compile(rf"(?:{'|'.join(sorted(texts, key=len, reverse=True))})(?!\w)", re.IGNORECASE)

    def hidden_numbers(self, tenant: str) -> set[str]:
        return {str(number) for number, readers in self.numbers.items() if tenant not in readers}


def _takes_text(field: models.Field[Any, Any]) -> bool:
    is_text = isinstance(field, (models.CharField, models.TextField))
    return is_text and not field.choices and not field.primary_key


def _shaped(field: models.Field[Any, Any], canary: str) -> str:
    if isinstance(field, models.URLField):
        return f"https://example.test/{canary}"
    return f"{canary}@example.test" if isinstance(field, models.EmailField) else canary


def readable(content: bytes) -> str:
    """What a person could read in a body: workbooks and archives unpacked, digits without separators."""
    if content.startswith(b"PK\x03\x04"):
        return "\n".join(_members(content))
    return _BETWEEN_DIGITS.sub("", content.decode("utf-8", "replace"))


def _members(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return [name + "\n" + readable(packed.read(name)) for name in packed.namelist()]
