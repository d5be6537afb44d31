"""Own factors: from draft to approved, by two persons; what a stranger finds; what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from suppliers.factors import actions, own
from suppliers.factors.life_cycle import refuse_life_cycle
from suppliers.factors.queries import declared
from suppliers.models import OwnFactor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.factories import suppliers as people
from tests.factories.disclosure import PDF

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")

VALUES = {
    "code": "PARK-STEAM-1",
    "name": "园区供热",
    "kind": "contract",
    "series": "",
    "carrier": "steam",
    "region": "CN-AH",
    "value": "0.0985",
    "gas": "CO2",
    "per_unit": "MJ",
    "source": "供热合同 2024-17 附件 2",
    "valid_from": "2024-01-01",
    "valid_to": "",
}
API = {name: value for name, value in VALUES.items() if name not in ("kind", "series", "valid_to")}
API |= {"factor_kind": "contract"}
BUYERS = VALUES | {
    "code": "MIX-1",
    "carrier": "electricity",
    "per_unit": "kWh",
    "value": "0.6",
    "kind": "residual_mix",
    "source": "剩余组合公告 2024, 第 3 页",
}


@pytest.fixture(autouse=True)
def _chinese(settings):
    settings.LANGUAGE_CODE = "zh-hans"


def fresh(pk):
    with all_tenants("test"):
        return OwnFactor.objects.get(pk=pk)


def only():
    with all_tenants("test"):
        return OwnFactor.objects.get()


def send(world, member, values, *, act="draft", with_document=True):
    files = {"document": SimpleUploadedFile("contract.pdf", PDF)} if with_document else {}
    return world.client(member).post(reverse("own_factor_new"), values | {"act": act} | files)


def post(world, member, name, pk, data=None):
    return world.client(member).post(reverse(name, args=[pk]), data or {})


@pytest.fixture
def submitted(world):
    assert send(world, world.clara, VALUES, act="submit").status_code == 302
    return only()


def test_from_draft_to_approved(world, submitted):
    assert (submitted.state, submitted.unit, submitted.value) == ("submitted", "kgCO2/MJ", Decimal("0.0985"))
    answer = post(world, world.paula, "own_factor_review", submitted.pk, {"verdict": "approve"})
    assert answer.status_code == 302
    approved = fresh(submitted.pk)
    assert (approved.state, approved.reviewed_by_id) == ("approved", world.paula.user_id)
    with entered(world.actor(world.alice).scope):
        assert [row.code for row in own.in_force(world.supplier)] == ["PARK-STEAM-1"]
    page = world.client(world.clara).get(reverse("own_factor_detail", args=[approved.pk])).content.decode()
    assert "0.0985" in page
    assert "contract.pdf" in page


def test_an_approved_one_is_never_edited_only_retired(world, submitted):
    post(world, world.paula, "own_factor_review", submitted.pk, {"verdict": "approve"})
    row = fresh(submitted.pk)
    with entered(world.actor(world.clara).scope), pytest.raises(Refusal) as caught:
        own.edit(by=world.actor(world.clara), row=row, fields={"value": Decimal(1)})
    assert caught.value.code == "own_factor.stands"
    assert post(world, world.clara, "own_factor_retire", submitted.pk).status_code == 302
    assert fresh(submitted.pk).state == "retired"
    with entered(world.actor(world.alice).scope):
        assert not own.in_force(world.supplier).exists()


def test_returned_with_the_reason_and_handed_in_again(world, submitted):
    without = post(world, world.paula, "own_factor_review", submitted.pk, {"verdict": "return"})
    assert without.status_code == 422
    post(world, world.paula, "own_factor_review", submitted.pk, {"verdict": "return", "note": "缺第二页"})
    page = world.client(world.clara).get(reverse("own_factor_detail", args=[submitted.pk])).content.decode()
    assert "缺第二页" in page
    changed = world.client(world.clara).post(
        reverse("own_factor_edit", args=[submitted.pk]), VALUES | {"value": "0.099", "act": "submit"}
    )
    assert changed.status_code == 302
    assert (fresh(submitted.pk).state, fresh(submitted.pk).value) == ("submitted", Decimal("0.099"))


def test_evidence_is_needed_to_hand_in(world):
    refused = send(world, world.clara, VALUES, act="submit", with_document=False)
    assert (refused.status_code, "请上传载有该数值的证明文件。" in refused.content.decode()) == (422, True)
    with all_tenants("test"):
        assert not OwnFactor.objects.exists()  # nothing typed is lost, nothing half kept
    send(world, world.clara, VALUES, with_document=False)
    row = only()
    with entered(world.actor(world.clara).scope), pytest.raises(Refusal) as caught:
        own.submit(by=world.actor(world.clara), row=row)
    assert caught.value.code == "own_factor.evidence"
    assert only().state == "draft"


def test_a_buyers_own_takes_a_second_person(world):
    assert send(world, world.anna, BUYERS, act="submit").status_code == 302
    row = only()
    with entered(world.actor(world.anna).scope), pytest.raises(Refusal) as caught:
        own.approve(by=world.actor(world.anna), row=row)
    assert caught.value.code == "own_factor.second_person"
    assert post(world, world.paula, "own_factor_review", row.pk, {"verdict": "approve"}).status_code == 302
    # its suppliers may reckon with it, those of another program do not see it
    assert world.client(world.bob).get(reverse("own_factor_detail", args=[row.pk])).status_code == 200
    with all_tenants("test"):
        gina = people.member("supplier_manager", supplier=world.stranger)
    assert world.client(gina).get(reverse("own_factor_detail", args=[row.pk])).status_code == 404


def test_who_handed_it_in_does_not_judge_it_either(world):
    with all_tenants("test"):
        adam = people.member("program_admin", buyer=world.buyer)
    send(world, world.anna, BUYERS)
    post(world, adam, "own_factor_submit", only().pk)
    row = only()
    with entered(world.actor(adam).scope), pytest.raises(Refusal) as caught:
        own.approve(by=world.actor(adam), row=row)
    assert caught.value.code == "own_factor.second_person"


def test_a_life_cycle_factor_is_refused_for_scope_2(world):
    actions.load()
    values = BUYERS | {"series": "life_cycle"}
    answer = send(world, world.anna, values, with_document=False)
    assert answer.status_code == 422
    fields = {name: value for name, value in values.items() if name != "valid_to"}
    fields |= {"value": Decimal("0.6"), "valid_from": dt.date(2024, 1, 1)}
    with entered(world.actor(world.anna).scope), pytest.raises(Refusal) as caught:
        own.draft(by=world.actor(world.anna), fields=fields)
    assert caught.value.code == "factor.life_cycle"
    assert [issue["code"] for issue in caught.value.issues] == ["factor.life_cycle"]
    with pytest.raises(Refusal, match=r"factor\.life_cycle"):
        refuse_life_cycle(declared("CN-ELEC-CFP-2023"))
    refuse_life_cycle(declared("CN-ELEC-AVG-2023"))  # nothing to say


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("per_unit", "kg"), ("valid_to", "2023-01-01"), ("value", "-1"), ("value", "NaN"), ("code", "")),
        *(("carrier", "phlogiston"), ("gas", "CO3"), ("kind", "rumour"), ("valid_from", "soon")),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(world, field, value):
    answer = send(world, world.clara, VALUES | {field: value})
    assert answer.status_code == 422
    with all_tenants("test"):
        assert not OwnFactor.objects.exists()


def test_an_official_code_is_not_taken(world, everyone):
    actions.load()
    answer = world.client(world.clara).post(
        "/api/v1/own-factors/",
        json.dumps(API | {"code": "CN-ELEC-AVG-2021"}),
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "own_factor.code")


def test_a_code_is_taken_once(world, submitted):
    again = send(world, world.clara, VALUES)
    assert (again.status_code, "PARK-STEAM-1" in again.content.decode()) == (422, True)
    assert fresh(submitted.pk) == only()
    taken = world.client(world.clara).post(
        "/api/v1/own-factors/",
        json.dumps(API),
        content_type="application/json",
    )
    assert (taken.status_code, taken.json()["code"]) == (422, "own_factor.code")


def test_doors(world):
    send(world, world.clara, VALUES)
    row = only()
    page = reverse("own_factor_detail", args=[row.pk])
    assert world.client(None).get(page).status_code == 302
    assert world.client(world.bob).get(page).status_code == 200
    for stranger in (world.charlie, world.paula, world.otto):  # a draft is its company's alone
        assert world.client(stranger).get(page).status_code == 404
    assert world.client(world.vera).get(page).status_code == 403
    assert world.client(world.bob).get(reverse("own_factor_new")).status_code == 403
    assert world.client(world.paula).get(reverse("own_factor_new")).status_code == 403
    assert post(world, world.alice, "own_factor_review", row.pk, {"verdict": "approve"}).status_code == 403
    assert world.client(world.paula).get(reverse("own_factors")).status_code == 200


def test_a_buyer_reads_the_document_once_it_is_handed_in(world, submitted):
    url = reverse("own_factor_document", args=[submitted.pk])
    answer = world.client(world.paula).get(url)
    assert b"".join(answer.streaming_content) == PDF
    assert world.client(world.charlie).get(url).status_code == 404


def test_a_buyers_document_is_kept_with_its_hash_and_read_by_its_program_once_approved(world):
    send(world, world.anna, BUYERS | {"source": "https://example.org/mix.pdf"}, with_document=False)
    row = only()
    with entered(world.actor(world.anna).scope), pytest.raises(Refusal) as caught:
        own.submit(by=world.actor(world.anna), row=row)  # an address proves nothing
    assert caught.value.code == "own_factor.evidence"
    anna, url = world.client(world.anna), reverse("own_factor_document", args=[row.pk])
    call = f"/api/v1/own-factors/{row.pk}/document/"
    assert anna.post(call, {"file": SimpleUploadedFile("mix.pdf", b"MZ")}).json()["code"] == "file.type"
    assert anna.get(url).status_code == 404  # nothing is attached yet
    made = anna.post(call, {"file": SimpleUploadedFile("../mix.exe", PDF)}).json()
    assert (made["document"], made["filename"]) == (hashlib.sha256(PDF).hexdigest(), "mix.exe.pdf")
    post(world, world.anna, "own_factor_submit", row.pk)
    page = anna.get(reverse("own_factor_detail", args=[row.pk])).content.decode()
    assert "mix.exe.pdf" in page
    assert hashlib.sha256(PDF).hexdigest() in page
    assert world.client(world.bob).get(url).status_code == 404  # its supplier, before it counts
    assert post(world, world.paula, "own_factor_review", row.pk, {"verdict": "approve"}).status_code == 302
    answer = world.client(world.bob).get(url)
    assert b"".join(answer.streaming_content) == PDF
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert {world.client(other).get(url).status_code for other in (world.otto, world.vera)} == {404}
    assert world.client(None).get(url).status_code == 302
    late = anna.post(call, {"file": SimpleUploadedFile("other.pdf", PDF + b"%")})
    assert (late.status_code, late.json()["code"]) == (409, "own_factor.stands")


def test_a_list_takes_the_same_queries_however_long(world, django_assert_max_num_queries):
    for number in range(6):
        send(world, world.clara, VALUES | {"code": f"STEAM-{number}"}, with_document=False)
    client = world.client(world.clara)
    client.get(reverse("own_factors"))
    with django_assert_max_num_queries(12):
        page = client.get(reverse("own_factors")).content.decode()
    assert page.count("STEAM-") == 6


def test_api(world):
    clara, paula = world.client(world.clara), world.client(world.paula)
    body = API

    def call(client, method, path, data=None):
        answer = client.generic(
            method, f"/api/v1/own-factors/{path}", json.dumps(data or {}), content_type="application/json"
        )
        return answer.status_code, answer.json()

    status, made = call(clara, "POST", "", body)
    assert (status, made["value"], made["unit"], made["factor_state"]) == (201, 0.0985, "kgCO2/MJ", "draft")
    path = f"{made['id']}/"
    assert call(paula, "GET", path)[0] == 404
    assert call(clara, "POST", f"{path}submit/")[1]["code"] == "own_factor.evidence"
    file = {"file": SimpleUploadedFile("contract.pdf", PDF)}
    assert clara.post(f"/api/v1/own-factors/{path}document/", file).status_code == 200
    assert call(clara, "POST", f"{path}submit/")[1]["factor_state"] == "submitted"
    assert call(clara, "PATCH", path, {"value": "1"})[1]["code"] == "own_factor.stands"
    assert call(paula, "POST", f"{path}review/", {"deed": "return"})[1]["code"] == "review.reason"
    assert call(paula, "POST", f"{path}review/", {"deed": "approve"})[1]["factor_state"] == "approved"
    assert call(clara, "POST", f"{path}retire/")[1]["factor_state"] == "retired"
    bad = call(clara, "POST", "", body | {"code": "X", "series": "life_cycle"})
    assert (bad[0], bad[1]["code"]) == (422, "factor.life_cycle")
    assert bad[1]["issues"][0]["code"] == "factor.life_cycle"
