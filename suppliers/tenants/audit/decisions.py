"""The tables in which decisions stand: every change of a row is written down by the database itself.

Left out on purpose: secrets (digests of keys, passwords), names and addresses of persons, what a machine moves along
(progress, last use), and tables of figures in bulk (records, emission lines, scorecards), whose deed says how many
rows came of which file; published ones cannot change at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.apps import apps
from django.db import models

ROW = "{row}"


@dataclass(frozen=True)
class Decision:
    """`only` or all columns but `leave_out`, with `written` where not the column itself is kept but an expression.

    `tenant`: the kind of tenant that the row itself is. `by_statement`: one entry for all rows of a statement.
    `kept_from`: a kind of tenant that the row names and that does not read it.
    """

    model: str
    leave_out: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    tenant: str = ""
    kept_from: str = ""
    by_statement: bool = False

    @cached_property
    def row_model(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def table(self) -> str:
        return self.row_model._meta.db_table

    @property
    def subject(self) -> str:
        return self.row_model._meta.model_name or ""

    @cached_property
    def columns(self) -> dict[str, str]:
        """Name in the entry -> SQL over `{row}`."""
        own = [str(one.column) for one in self.row_model._meta.concrete_fields if not one.primary_key]
        kept = [name for name in own if (not self.only or name in self.only) and name not in self.leave_out]
        return {name: self.written.get(name, f'{ROW}."{name}"') for name in kept}

    def tenant_column(self, kind: str) -> str:
        """SQL over `{row}`: the id of the row's supplier, buyer or verification body."""
        if self.tenant:
            return f"{ROW}.id" if kind == self.tenant else "null"
        if kind == self.kept_from:
            return "null"
        names = {one.column for one in self.row_model._meta.concrete_fields}
        return f"{ROW}.{kind}_id" if f"{kind}_id" in names else "null"


_FORCE = "case when {row}.status in ('accepted', 'withdrawn') then {row}.status end"

DECISIONS = (
    # who may what
    Decision("suppliers.User", only=("is_active", "is_staff", "is_superuser", "pseudonymised_at")),
    Decision("suppliers.Membership"),
    Decision("suppliers.Invitation", leave_out=("email", "name", "digest")),
    Decision("suppliers.ApiToken", leave_out=("digest", "last_used_at")),
    Decision("suppliers.ScreenKey", leave_out=("digest",)),
    # who belongs to whom
    Decision("suppliers.Supplier", tenant="supplier"),
    Decision("suppliers.Buyer", tenant="buyer"),
    Decision("suppliers.VerificationBody", tenant="body"),
    Decision("suppliers.Commodity"),
    Decision("suppliers.Enrolment"),
    Decision("suppliers.EnrolmentOffer"),
    # what counts
    Decision(
        "suppliers.Upload",
        only=("status", "accepted_at", "accepted_by_id", "withdrawn_at", "withdrawn_by_id"),
        written={"status": _FORCE},
    ),
    Decision("suppliers.Credential"),
    Decision("suppliers.Target"),
    Decision("suppliers.Training"),
    Decision("suppliers.Instrument"),
    Decision("suppliers.Output"),
    Decision("sparkplan.Project", leave_out=("inputs",)),
    Decision("suppliers.OwnFactor"),
    Decision("suppliers.InventoryEntry", leave_out=("balance",)),
    Decision("suppliers.Inventory", leave_out=("totals",)),
    # how it is judged
    Decision("suppliers.Assignment", leave_out=("sample",)),
    Decision("suppliers.Finding", kept_from="buyer"),
    Decision("suppliers.Opinion"),
    Decision("suppliers.Statement", leave_out=("payload", "signature")),
    Decision("suppliers.Review"),
    Decision("suppliers.Incident"),
    Decision("scorecards.Correction"),
    Decision("scorecards.Exemption"),
    # by what it is counted
    Decision("suppliers.FactorSet", by_statement=True),
    Decision("suppliers.Factor", leave_out=("name", "name_en", "year_label", "note"), by_statement=True),
    Decision("scorecards.Methodology"),
    Decision("suppliers.WarningRule"),
    Decision("suppliers.IndustryFigure"),
    Decision("scorecards.Edition"),
)
