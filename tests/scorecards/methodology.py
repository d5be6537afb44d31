"""The first methodology version, as the tests of the engine read it."""

import json
from pathlib import Path
from typing import Any

import scorecards

V1: dict[str, Any] = json.loads(
    (Path(scorecards.__file__).parent / "data" / "methodology_v1.json").read_text(encoding="utf-8")
)
RULES: dict[str, Any] = {part["id"]: part["rules"] for part in V1["indicators"]}
