"""Who reviews a company must be neither of it nor ever have been, and must be accredited on the day."""

from __future__ import annotations

import unicodedata

from django.db import connection
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock, credit_codes
from suppliers.tenants.models import Membership, Supplier, User, VerificationBody
from suppliers.tenants.refusals import Refusal


def refuse_unless_independent(*, body: VerificationBody, supplier: Supplier, person: User | None) -> None:
    """`review.independence`: the same company, or a person that belongs or belonged to it."""
    if _is_same_company(body, supplier):
        raise Refusal(
            "review.independence", _("A company is not verified by itself: body and supplier are the same.")
        )
    if person is not None and has_belonged(person.pk, supplier.pk):
        raise Refusal(
            "review.independence",
            _("This person belongs or belonged to the supplier and cannot review its inventory."),
        )


def refuse_unless_accredited(body: VerificationBody) -> None:
    if body.accreditation_expires_on < clock.today():
        raise Refusal(
            "review.accreditation", _("The accreditation of the verification body on file has expired.")
        )


def has_belonged(person_id: int, supplier_id: int) -> bool:
    """Whether the person is or was a member of the supplier: a yes or no that no scope could read itself."""
    if connection.vendor != "postgresql":
        return Membership.objects.filter(user=person_id, supplier=supplier_id).exists()
    return _belongs(person_id, supplier_id, None)


def verifier_at(address: str, body: VerificationBody) -> User:
    """The person of the body with this e-mail address.

    A program reads no members of a body (row security says so too), so it is offered no list of names and types the
    address it was told. Nobody there, somebody of another company, an account that is closed: one and the same
    refusal, so that nothing can be asked about addresses.
    """
    person = User.objects.filter(email=address.strip().lower(), is_active=True).first()
    if person is None or not is_of_body(person.pk, body.pk):
        raise not_of_body()
    return person


def not_of_body() -> Refusal:
    return Refusal("review.verifier", _("This person does not verify for that body."), status=422)


def is_of_body(person_id: int, body_id: int) -> bool:
    """Whether the person may review for the body today; a program cannot read the body's members itself."""
    if connection.vendor != "postgresql":
        live = Membership.objects.live()  # type: ignore[attr-defined]
        return bool(live.filter(user=person_id, body=body_id).exists())
    return _belongs(person_id, None, body_id)


def _belongs(person_id: int, supplier_id: int | None, body_id: int | None) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select greenlink_belongs(%s, %s, %s)", [person_id, supplier_id, body_id])
        return bool(cursor.fetchone()[0])


def _is_same_company(body: VerificationBody, supplier: Supplier) -> bool:
    """By credit code where both have one; by name as well, for a code may be missing or of another branch."""
    codes = {credit_codes.normal(one.uscc or "") for one in (body, supplier)}
    if len(codes) == 1 and codes != {""}:
        return True
    own = {_plain(body.name), _plain(body.name_en)} - {""}
    return bool(own & {_plain(supplier.name), _plain(supplier.name_en)})


def _plain(name: str) -> str:
    """Letters and digits alone, full-width ones as narrow: "ABC（检测）" is "abc检测"."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())
