"""A refusal is an answer, not an accident: a stable code, a sentence for the reader, an HTTP status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise


class Refusal(Exception):
    """Raised by actions when the rules of the trade say no. Pages show the sentence, the API sends the code."""

    def __init__(
        self,
        code: str,
        message: str | Promise,
        *,
        status: int = 409,
        issues: Sequence[Any] = (),
        data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.issues = list(issues)
        self.data = data or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
