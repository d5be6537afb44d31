"""Which of the two languages the reader sees. Chinese is the first; what is not Chinese is English."""

from __future__ import annotations

from django.utils.translation import get_language


def reads_chinese() -> bool:
    return (get_language() or "").startswith("zh")
