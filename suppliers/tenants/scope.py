"""Lock two: a query on tenant data outside a scope is an error; inside, it sees only what the scope may see.

Lock one stays: every query still names its tenant in so many words. This is the wall behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, Subquery

from . import clock, row_rules
from .row_rules import RowRule

if TYPE_CHECKING:
    from .models import EnrolmentQuerySet


class OutsideScope(RuntimeError):
    """Tenant data were asked for, or written, where no scope allows it."""


@dataclass(frozen=True)
class Scope:
    """Whose data may be seen. Exactly one of the ids is set, or `reason` for the all-tenant door."""

    supplier_id: int | None = None
    buyer_id: int | None = None
    body_id: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        named = [self.supplier_id, self.buyer_id, self.body_id, self.reason or None]
        if sum(value is not None for value in named) != 1:
            raise ValueError("A scope names exactly one tenant, or a reason for all of them.")

    @property
    def is_everyone(self) -> bool:
        return bool(self.reason)

    def suppliers(self, field: str = "supplier_id") -> Q:
        """Rows of suppliers this scope may see: its own, or those enrolled with the buyer today."""
        if self.is_everyone:
            return Q()
        if self.supplier_id is not None:
            return Q(**{field: self.supplier_id})
        if self.buyer_id is not None:
            return Q(**{f"{field}__in": self._enrolments(buyer_id=self.buyer_id).values("supplier_id")})
        return Q(pk__in=[])

    def buyers(self, field: str = "buyer_id") -> Q:
        """Rows of programs this scope may see: its own, or those the supplier is enrolled in today."""
        if self.is_everyone:
            return Q()
        if self.buyer_id is not None:
            return Q(**{field: self.buyer_id})
        if self.supplier_id is not None:
            return Q(**{f"{field}__in": self._enrolments(supplier_id=self.supplier_id).values("buyer_id")})
        return Q(pk__in=[])

    def shared(self, first_day: str) -> Q:
        """Rows of suppliers this scope may see, for a buyer from the first day it sees; `first_day` names their date."""
        if self.buyer_id is None:
            return self.suppliers()
        of_supplier = self._enrolments(buyer_id=self.buyer_id, supplier_id=OuterRef("supplier_id"))
        by_day = Q(Exists(of_supplier.with_data_from().filter(data_from__lte=OuterRef(first_day))))
        if connection.vendor != "sqlite":
            return by_day
        # SQLite looks row by row: days after everybody's first one need no look. PostgreSQL makes it a join.
        everybody = self._enrolments(buyer_id=self.buyer_id).with_data_from()
        latest = everybody.order_by("-data_from").values("data_from")[:1]
        return (Q(**{f"{first_day}__gte": Subquery(latest)}) & self.suppliers()) | by_day

    def named(self) -> Q:
        """Rows that name this scope's own tenant, whoever else they name: neither enrolment nor release matters."""
        if self.is_everyone:
            return Q()
        if self.buyer_id is not None:
            return Q(buyer_id=self.buyer_id)
        return Q(supplier_id=self.supplier_id) if self.supplier_id is not None else Q(pk__in=[])

    @staticmethod
    def _enrolments(**of: Any) -> EnrolmentQuerySet:
        from .models import Enrolment  # the models are built on this module

        enrolments: EnrolmentQuerySet = Enrolment.directory.filter(**of)  # type: ignore[assignment]
        return enrolments.active(clock.today())


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope:
    scope = _current.get()
    if scope is None:
        raise OutsideScope("No tenant scope is open: open one, or go through tenants.all_tenants.")
    return scope


def is_open() -> bool:
    return _current.get() is not None


@contextmanager
def entered(scope: Scope) -> Iterator[Scope]:
    """Open a scope. Inside another one it may only narrow: everyone -> one tenant, or the same again."""
    outer = _current.get()
    if outer is not None and not outer.is_everyone and outer != scope:
        raise OutsideScope(f"{outer} is open; {scope} would widen it.")
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)


class ScopedQuerySet(models.QuerySet[Any]):
    """Base of the querysets of tenant models; bulk writing checks the tenant, which plain Django does not."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            row.assert_writable()
        return super().bulk_create(rows, *args, **kwargs)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Fails closed: no scope, no queryset."""

    def get_queryset(self) -> models.QuerySet[Any]:
        scope = current()
        queryset: models.QuerySet[Any] = super().get_queryset()
        visible = self.model.visible_in(scope)
        return queryset if not visible else queryset.filter(visible)


class ScopedModel(models.Model):
    """A table that belongs to tenants. Subclasses say what a scope sees of it and whose rows it may write."""

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        raise NotImplementedError

    def writable_in(self, scope: Scope) -> bool:
        raise NotImplementedError

    @classmethod
    def row_rule(cls) -> RowRule:
        """The same in SQL, for the third lock."""
        raise NotImplementedError

    def assert_writable(self) -> None:
        scope = current()
        if not (scope.is_everyone or self.writable_in(scope)):
            raise OutsideScope(f"{type(self).__name__} of another tenant may not be written in {scope}.")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.assert_writable()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self.assert_writable()
        return super().delete(*args, **kwargs)


class SupplierOwned(ScopedModel):
    """Data of a supplier. A buyer sees those of enrolled suppliers, and only what `buyer_sees` lets through.

    `buyer_sees_sql` says the same for the database. `first_day` names the date of a row where the buyer sees
    data only from a day on (`first_day_sql`: as an expression, where it is not a column).
    """

    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")

    buyer_sees: ClassVar[Q] = Q()
    buyer_sees_sql: ClassVar[str] = "true"
    buyer_writes: ClassVar[bool] = False
    first_day: ClassVar[str] = ""
    first_day_sql: ClassVar[str] = ""
    # A key of REVIEWED, where a verification body reads the rows that its reviews name.
    reviewed_as: ClassVar[str] = ""

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        if scope.body_id is not None:
            return named_in_reviews(cls.reviewed_as) if cls.reviewed_as else Q(pk__in=[])
        visible = scope.shared(cls.first_day) if cls.first_day else scope.suppliers()
        return visible & cls.buyer_sees if scope.buyer_id is not None else visible

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.supplier_owned(
            buyer_sees=cls.buyer_sees_sql,
            buyer_writes=cls.buyer_writes,
            first_day=cls.first_day_sql or cls.first_day,
            reviewed_as=cls.reviewed_as,
        )

    def writable_in(self, scope: Scope) -> bool:
        if scope.supplier_id is not None:
            return self.supplier_id == scope.supplier_id
        return scope.buyer_id is not None and self.buyer_writes and _is_enrolled(self.supplier_id, scope)


class ProgramOwned(ScopedModel):
    """Data of a buyer's program. A supplier sees only what `released_to` lets through; it never writes."""

    buyer = models.ForeignKey("suppliers.Buyer", on_delete=models.PROTECT, related_name="+")

    released_sql: ClassVar[str] = "false"

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.program_owned(released=cls.released_sql)

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q(pk__in=[])

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        visible = scope.buyers()
        return visible & cls.released_to(scope.supplier_id) if scope.supplier_id is not None else visible

    def writable_in(self, scope: Scope) -> bool:
        return scope.buyer_id is not None and self.buyer_id == scope.buyer_id


def _is_enrolled(supplier_id: int, scope: Scope) -> bool:
    assert scope.buyer_id is not None
    return scope._enrolments(buyer_id=scope.buyer_id, supplier_id=supplier_id).exists()


# What a verification body reads of other rooms: rows that its reviews name, by model and column.
# `greenlink_reviewed` says the same in SQL (row_security/across.py).
REVIEWED: dict[str, tuple[tuple[str, str], ...]] = {
    "supplier": (("Assignment", "supplier_id"),),
    "site": (("InventoryLine", "site_id"),),
    "upload": (("InventoryLine", "upload_id"),),
    "evidence": (
        ("InventoryLine", "evidence_id"),
        ("FindingReply", "evidence_id"),
        ("OwnFactor", "evidence_id"),
    ),
    "own_factor": (("InventoryLine", "own_factor_id"),),
}


def named_in_reviews(kind: str) -> Q:
    """For a verification body: the rows of this kind that its reviews name."""
    found = Q(pk__in=[])
    for name, column in REVIEWED[kind]:
        rows = apps.get_model("suppliers", name)._default_manager.exclude(**{column: None})
        found |= Q(pk__in=rows.values(column))
    return found
