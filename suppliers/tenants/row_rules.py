"""Lock three in words: which rows of a table a context may read and write, as SQL over the table's own columns.

Every tenant model names its rule here (`row_rule`), and `row_security` turns it into policies on PostgreSQL.
It says the same as the model's `visible_in` and `writable_in`; a test compares the two row by row.

Each `(select …)` is worked out once a query, not once a row. The explicit filter of the query (lock one) finds the
rows by an index; what stands here only has to be cheap for each row it meets.
"""

from __future__ import annotations

from dataclasses import dataclass


def _own(kind: str) -> str:
    # Written out: a function, even one of a line, is planned into every query that meets the policy.
    return f"(select nullif(current_setting('greenlink.{kind}', true), '')::bigint)"


DOOR = "(select coalesce(current_setting('greenlink.door', true), '') <> '')"
SUPPLIER_ID, BUYER_ID, BODY_ID = (_own(kind) for kind in ("supplier", "buyer", "body"))
PERSON_ID = _own("person")
PRESENTED_DIGEST = "(select nullif(current_setting('greenlink.presented', true), ''))"
OWN_SUPPLIER = f"supplier_id = {SUPPLIER_ID}"
OWN_BUYER = f"buyer_id = {BUYER_ID}"
OWN_BODY = f"body_id = {BODY_ID}"
ENROLLED = "supplier_id in (select greenlink_enrolled())"
IN_PROGRAM = "buyer_id in (select greenlink_programs())"
OWN_TENANT = f"{OWN_SUPPLIER} or {OWN_BUYER} or {OWN_BODY}"


@dataclass(frozen=True)
class RowRule:
    """Conditions a row must meet. The all-tenant door passes each of them and is not written here.

    `change` holds for the row as it was and as it becomes; without one it is `add`.
    """

    read: str
    add: str
    change: str = ""
    remove: str = ""

    @property
    def for_change(self) -> str:
        return self.change or self.add

    @property
    def for_removal(self) -> str:
        return self.remove or self.for_change


def reviewed(kind: str) -> str:
    """Rows that the reviews of a verification body name (scope.REVIEWED)."""
    return f"id in (select greenlink_reviewed('{kind}'))"


def supplier_owned(
    *, buyer_sees: str = "true", buyer_writes: bool = False, first_day: str = "", reviewed_as: str = ""
) -> RowRule:
    """The supplier's own; of an enrolled supplier the buyer reads what `buyer_sees` lets through.

    `first_day`: the date of the row, where the buyer sees data only from a day on. `reviewed_as`: what a verification
    body reads.
    """
    sees = f"({buyer_sees}) and {_shared(first_day)}" if first_day else f"({buyer_sees}) and {ENROLLED}"
    own = f"{OWN_SUPPLIER} or ({ENROLLED})" if buyer_writes else OWN_SUPPLIER
    also = f" or {reviewed(reviewed_as)}" if reviewed_as else ""
    return RowRule(read=f"{OWN_SUPPLIER} or ({sees}){also}", add=own)


def _shared(first_day: str) -> str:
    """Enrolled, and not older than what this supplier shares: a binary search in two sorted arrays.

    A correlated sub-select says the same and costs six to thirty times as much (docs/decisions/0013).
    """
    place = "width_bucket(supplier_id, (select greenlink_enrolled_ids()))"
    return (
        f"(select greenlink_enrolled_ids())[{place}] = supplier_id "
        f"and {first_day} >= (select greenlink_first_days())[{place}]"
    )


def program_owned(*, released: str = "false") -> RowRule:
    """The buyer's own; a supplier of the program reads what `released` lets through."""
    return RowRule(read=f"{OWN_BUYER} or ({IN_PROGRAM} and ({released}))", add=OWN_BUYER)


_MEMBER_OF = f"in (select m.supplier_id from suppliers_membership m where m.user_id = {PERSON_ID})"

# Also those that left: a buyer goes on reading who the companies of its published rankings were.
_EVER_ENROLLED = f"select e.supplier_id from suppliers_enrolment e where e.buyer_id = {BUYER_ID}"

SUPPLIER = RowRule(
    read=f"id = {SUPPLIER_ID} or id in ({_EVER_ENROLLED}) or id {_MEMBER_OF} or {reviewed('supplier')}",
    # A buyer may enter a company it enrols in the same breath; from then on the row is the company's.
    add=f"{BUYER_ID} is not null",
    change=f"id = {SUPPLIER_ID}",
    remove="false",
)
ENROLMENT = RowRule(
    read=f"{OWN_BUYER} or {OWN_SUPPLIER}",
    # A buyer enrols a company for which nobody speaks yet; everybody else enrols itself, and only when asked to.
    add=(
        f"({OWN_BUYER} and not greenlink_has_members(supplier_id)) or ({OWN_SUPPLIER} and exists (select 1 "
        "from suppliers_enrolmentoffer o where o.answer = '' and o.supplier_id = suppliers_enrolment.supplier_id "
        "and o.buyer_id = suppliers_enrolment.buyer_id))"
    ),
    change=f"{OWN_BUYER} or {OWN_SUPPLIER}",
    remove="false",
)
OFFER = RowRule(
    read=f"{OWN_BUYER} or {OWN_SUPPLIER}",
    add=OWN_BUYER,
    change=f"{OWN_BUYER} or {OWN_SUPPLIER}",
    remove="false",
)
COMMODITY = RowRule(
    read=f"{OWN_BUYER} or {IN_PROGRAM} or buyer_id in (select o.buyer_id from suppliers_enrolmentoffer o)",
    add=OWN_BUYER,
)
MEMBERSHIP = RowRule(read=f"{OWN_TENANT} or user_id = {PERSON_ID}", add=OWN_TENANT)
INVITATION = RowRule(
    read=f"{OWN_TENANT} or digest = {PRESENTED_DIGEST}",
    # A buyer invites the first manager of a company it enrolled and for which nobody speaks; it never reads it back.
    add=(
        f"{OWN_TENANT} or (role = 'supplier_manager' and {BUYER_ID} is not null and {ENROLLED} "
        "and not greenlink_has_members(supplier_id))"
    ),
    change=OWN_TENANT,
)
API_TOKEN = RowRule(
    read=f"{OWN_TENANT} or user_id = {PERSON_ID} or digest = {PRESENTED_DIGEST}",
    add=f"{OWN_TENANT} or user_id = {PERSON_ID}",
    change=f"{OWN_TENANT} or user_id = {PERSON_ID} or digest = {PRESENTED_DIGEST}",
    remove="false",
)
SCREEN_KEY = RowRule(read=f"{OWN_BUYER} or digest = {PRESENTED_DIGEST}", add=OWN_BUYER)
# Entries are added for ever; the triggers that write and seal them pass by the door.
_OF_NO_TENANT = f"(coalesce(supplier_id, buyer_id, body_id) is null and user_id = {PERSON_ID})"
AUDIT_ENTRY = RowRule(
    read=f"{OWN_TENANT} or {_OF_NO_TENANT}", add=f"{OWN_TENANT} or {_OF_NO_TENANT}", change="false"
)
AUDIT_CHAIN = RowRule(read=OWN_TENANT, add="false")
