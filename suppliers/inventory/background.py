"""What takes longer than a page may wait: freezing a large year, and computing a frozen version again. The queue does it.

Without a broker the process that asked does it, right after its transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from suppliers.jobs import queue
from suppliers.jobs.models import Job, JobState
from suppliers.tenants import audit
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import ApiToken, Membership
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right
from suppliers.tenants.scope import Scope, entered

from . import gathering, inventories, restatement
from .models import Inventory
from .replay import replay
from .terms import Terms

SUBMIT, RESTATE, REPLAY = "inventory.submit", "inventory.restate", "inventory.replay"
_MAY_REPLAY = (Right.INVENTORY_WRITE, Right.INVENTORY_REVIEW)
_UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


# -- asking --------------------------------------------------------------------------------------------


@transaction.atomic
def submit(*, by: Actor, inventory: Inventory) -> bool:
    """Freeze a version now, or have a large one frozen. Whether it is frozen already."""
    if not gathering.is_large(inventory.supplier_id, inventory.year):
        inventories.submit(by=by, inventory=inventory)
        return True
    inventories.refuse_unless_submittable(by=by, inventory=inventory)
    _ask(SUBMIT, by, inventory)
    return False


@transaction.atomic
def restate(*, by: Actor, inventory: Inventory, terms: Terms, reason: str) -> Inventory:
    """The new version, frozen; of a large year it is open until the queue has frozen it."""
    if not gathering.is_large(inventory.supplier_id, inventory.year):
        return restatement.restate(by=by, inventory=inventory, terms=terms, reason=reason)
    following = restatement.begin(by=by, inventory=inventory, terms=terms, reason=reason)
    _ask(RESTATE, by, following)
    return following


@transaction.atomic
def ask_replay(*, by: Actor, inventory: Inventory) -> None:
    """Have a frozen version computed again; what came out stands in the audit trail of who asked."""
    if not may_replay(by):
        raise PermissionDenied("replay")
    if inventory.frozen_at is None:
        raise Refusal("inventory.state", _("An open version is computed anew by itself."))
    _ask(REPLAY, by, inventory)


def may_replay(by: Actor) -> bool:
    return any(by.may(right) for right in _MAY_REPLAY)


def _ask(kind: str, by: Actor, inventory: Inventory) -> None:
    if under_way(inventory):
        raise Refusal("inventory.busy", _("This version is being worked on already; it will be ready soon."))
    asked_by = {
        "membership_id": by.membership.pk if by.membership else None,
        "token_id": by.token.pk if by.token else None,
    }
    of = {"inventory_id": inventory.pk, "supplier_id": inventory.supplier_id}
    queue.enqueue(kind, **(asked_by | by.tenant_columns | of))


# -- what stands about it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Replayed:
    """The last time the reader had a version computed again."""

    at: Any
    is_equal: bool
    lines: int
    differing: int
    changed_since: list[int]


def under_way(inventory: Inventory) -> bool:
    return _jobs(inventory).filter(state__in=_UNDER_WAY).exists()


def failed(inventory: Inventory) -> bool:
    """Whether the last attempt to work on this version came to nothing."""
    last = _jobs(inventory).order_by("-id").values_list("state", flat=True).first()
    return last == JobState.FAILED


def last_replay(inventory: Inventory) -> Replayed | None:
    entry = audit.entries_of(inventory).filter(act=REPLAY).first()
    if entry is None:
        return None
    said = entry.data
    return Replayed(entry.at, said["equal"], said["lines"], said["differing"], said.get("changed_since", []))


def _jobs(inventory: Inventory) -> QuerySet[Job]:
    return Job.objects.filter(kind__in=(SUBMIT, RESTATE, REPLAY), payload__inventory_id=inventory.pk)


# -- doing ---------------------------------------------------------------------------------------------


@queue.register(SUBMIT)
def submit_job(**payload: Any) -> None:
    _apart(_submit, payload)


@queue.register(RESTATE)
def restate_job(**payload: Any) -> None:
    _apart(_restate, payload)


@queue.register(REPLAY)
def replay_job(**payload: Any) -> None:
    _apart(_replay, payload)


def _apart(work: Callable[[dict[str, Any]], None], payload: dict[str, Any]) -> None:
    """Without a broker the job runs where the request's own scope is still open: a context of its own has none."""
    Context().run(work, payload)


def _submit(payload: dict[str, Any]) -> None:
    with entered(_scope(payload)):
        inventories.submit(by=_actor(payload), inventory=_inventory(payload))


def _restate(payload: dict[str, Any]) -> None:
    with entered(_scope(payload)):
        restatement.finish(by=_actor(payload), following=_inventory(payload))


def _replay(payload: dict[str, Any]) -> None:
    # Who asked may be a verification body, which reads the lines and not all of the records: it learns the outcome.
    with all_tenants("replay"):
        result = replay(_inventory(payload))
    with entered(_scope(payload)):
        audit.record(
            by=_actor(payload), act=REPLAY, subject=_inventory(payload),
            data={
                "equal": result.is_equal, "lines": result.lines, "differing": len(result.differences),
                "changed_since": result.changed_since,
            },
        )  # fmt: skip


def _scope(payload: dict[str, Any]) -> Scope:
    """Of who asked: a body's payload names the company of the version beside itself."""
    if payload.get("body_id"):
        return Scope(body_id=payload["body_id"])
    return Scope(supplier_id=payload["supplier_id"])


def _actor(payload: dict[str, Any]) -> Actor:
    """With the rights held now: who left meanwhile does nothing any more."""
    if payload["membership_id"] is not None:
        membership = (
            Membership.objects.select_related("user").filter(pk=payload["membership_id"]).live().first()
        )
        if membership is None:
            raise PermissionDenied("no membership any more")
        return Actor.of(membership)
    return Actor.of_key(ApiToken.objects.get(pk=payload["token_id"]))


def _inventory(payload: dict[str, Any]) -> Inventory:
    found: Inventory = Inventory.objects.select_related("supplier").get(
        pk=payload["inventory_id"], supplier_id=payload["supplier_id"]
    )
    return found
