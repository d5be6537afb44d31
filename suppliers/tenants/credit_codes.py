"""The unified social credit code (统一社会信用代码) as people type it, and whether it can be one."""

from __future__ import annotations

import unicodedata

from stdnum.cn import uscc


def normal(text: str) -> str:
    """Without spaces and hyphens, in capitals, full-width letters and digits made plain."""
    return uscc.compact(unicodedata.normalize("NFKC", text)).upper().replace("-", "")


def is_valid(code: str) -> bool:
    """Eighteen characters whose check digit fits (GB 32100-2015)."""
    return bool(uscc.is_valid(code))
