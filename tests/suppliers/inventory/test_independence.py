"""Whom a program may name, and when body and supplier are one company."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from greenlink.demo import companies
from suppliers.inventory.review import independence
from suppliers.models import Supplier, VerificationBody
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from tests.suppliers.inventory.review import acting, another_verifier


def test_a_verifier_is_named_by_address_and_every_other_address_is_told_the_same(world):
    body, said = world.vera.body, set()
    left = another_verifier(body)
    with all_tenants("tests"):
        left.revoked_at = clock.now()
        left.save()
    others = [another_verifier().user.email, world.alice.user.email, left.user.email, "nobody@nowhere.test"]
    with acting(world.anna):
        assert independence.verifier_at(f" {world.vera.user.email.upper()} ", body) == world.vera.user
        for address in others:
            with pytest.raises(Refusal) as refusal:
                independence.verifier_at(address, body)
            said.add((refusal.value.code, str(refusal.value.message), refusal.value.status))
    assert len(said) == 1
    assert said.pop()[0] == "review.verifier"


@pytest.mark.parametrize(
    ("of_body", "of_supplier", "is_same"),
    [
        ("91110105DEM0XXCHK1", "91110105DEM0XXCHK1", True),
        (" 91110105-dem0xxchk1", "91110105DEM0XXCHK1", True),
        ("91110105DEM0XXCHK1", None, False),
        (None, None, False),
    ],
)
def test_the_same_credit_code_is_the_same_company_whatever_it_calls_itself(of_body, of_supplier, is_same):
    body = VerificationBody(name="清源", name_en="Clear Source", uscc=of_body)
    supplier = Supplier(name="阿尔法", name_en="Alpha", uscc=of_supplier)
    deed = independence.refuse_unless_independent
    if is_same:
        with pytest.raises(Refusal, match=r"review\.independence"):
            deed(body=body, supplier=supplier, person=None)
    else:
        deed(body=body, supplier=supplier, person=None)


def test_a_mistyped_credit_code_of_a_body_does_not_get_in(db):
    fields = {"code": "B", "name": "清源", "name_en": "C", "accreditation_number": "1"}
    body = VerificationBody(**fields, accreditation_expires_on=dt.date(2030, 1, 1), uscc="91110105dem0xxchk1")
    body.full_clean()
    assert body.uscc == "91110105DEM0XXCHK1"
    body.uscc = "91110105DEM0XXCHK2"
    with pytest.raises(ValidationError) as trouble:
        body.full_clean()
    assert set(trouble.value.message_dict) == {"uscc"}
    VerificationBody(code="D", uscc=companies.BODY[-1]).clean()


def test_a_program_learns_a_yes_or_no_and_reads_no_membership(world):
    with acting(world.anna):
        assert independence.is_of_body(world.vera.user_id, world.vera.body_id)
        assert not independence.has_belonged(world.vera.user_id, world.supplier.pk)
        assert independence.has_belonged(world.alice.user_id, world.supplier.pk)
        assert not independence.has_belonged(world.charlie.user_id, world.supplier.pk)
