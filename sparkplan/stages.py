"""The order of a project's stages, and which step may follow which. Pure: no database."""

from __future__ import annotations

ORDER = ("lead", "audit", "feasible", "contracted", "building", "commissioned", "operating", "closed")
DROPPED = "dropped"

# After commissioning there is equipment and a saving: a project is closed then, not dropped.
_MAY_BE_DROPPED = ORDER[: ORDER.index("commissioned")]


def next_stage(stage: str) -> str | None:
    """The stage that follows; None after the last one and for a dropped project."""
    if stage not in ORDER or stage == ORDER[-1]:
        return None
    return ORDER[ORDER.index(stage) + 1]


def previous_stage(stage: str) -> str | None:
    """The stage before; None before the first one and for a dropped project."""
    if stage not in ORDER or stage == ORDER[0]:
        return None
    return ORDER[ORDER.index(stage) - 1]


def allowed_moves(stage: str, stage_before_drop: str | None = None) -> tuple[str, ...]:
    """Where a project may go from `stage`: on, dropped, or one step back to mend a mistake.

    A dropped project may only be taken up again where it was (`stage_before_drop`; its first stage if unknown).
    """
    if stage == DROPPED:
        return (stage_before_drop or ORDER[0],)
    moves = [next_stage(stage), previous_stage(stage), DROPPED if stage in _MAY_BE_DROPPED else None]
    return tuple(move for move in moves if move is not None)


def is_step_back(stage: str, to: str) -> bool:
    """A step back, or dropping: both ask for a reason."""
    return to == DROPPED or (stage in ORDER and to in ORDER and ORDER.index(to) < ORDER.index(stage))
