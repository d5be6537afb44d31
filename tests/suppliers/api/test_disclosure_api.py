from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from suppliers.factors import actions as factors
from suppliers.models import Credential, Membership, Review
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import disclosure as make
from tests.factories import suppliers as people

ROOT = "/api/v1/"
ECOVADIS = {"kind": "ecovadis", "score": 58, "issued_on": "2024-06-01", "expires_on": "2025-05-31"}
TARGET = {"covers": "scope1+2", "base_year": 2020, "target_year": 2030, "reduction_percent": 42}
THINGS = {"credentials": ECOVADIS, "targets": TARGET}


# WhiteNoise misses the collected files, which tests do not have.
pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


@pytest.fixture
def world(world):
    """As everywhere; users as the database has them, so that a session of theirs holds."""
    for membership in vars(world).values():
        if isinstance(membership, Membership):
            membership.user.refresh_from_db()
    return world


def call(world, who, method, url, data=None):
    client = world.client(getattr(world, who) if who else None)
    return getattr(client, method)(ROOT + url, data, content_type="application/json")


def make_one(things, supplier, **fields):
    return {"credentials": make.credential, "targets": make.target}[things](supplier, **fields)


@pytest.mark.parametrize("things", THINGS)
def test_who_may_do_what(world, things):
    with all_tenants("test"):
        draft = make_one(things, world.supplier)
        handed_in = make_one(things, world.supplier, **make.submitted())
    who = ("alice", "bob", "charlie", "paula", "otto", "vera", None)

    def statuses(method, url, data=None):
        return [call(world, one, method, url, data).status_code for one in who]

    assert statuses("get", f"{things}/") == [200, 200, 200, 200, 200, 403, 401]
    assert statuses("get", f"{things}/{draft.pk}/") == [200, 200, 404, 404, 404, 403, 401]
    assert statuses("get", f"{things}/{handed_in.pk}/") == [200, 200, 404, 200, 404, 403, 401]
    assert statuses("patch", f"{things}/{draft.pk}/", {}) == [200, 403, 404, 403, 403, 403, 401]
    assert statuses("patch", f"{things}/{handed_in.pk}/", {}) == [409, 403, 404, 403, 403, 403, 401]
    verdict = {"verdict": "accepted"}
    assert statuses("post", f"{things}/{handed_in.pk}/review/", verdict) == [
        403,
        403,
        403,
        200,
        404,
        403,
        401,
    ]
    assert statuses("post", f"{things}/{draft.pk}/review/", verdict) == [403, 403, 403, 404, 404, 403, 401]
    assert statuses("post", f"{things}/{draft.pk}/submit/") == [200, 403, 404, 403, 403, 403, 401]
    assert statuses("delete", f"{things}/{draft.pk}/") == [409, 403, 404, 403, 403, 403, 401]
    assert statuses("get", f"{things}/999999/") == [404, 404, 404, 404, 404, 403, 401]


@pytest.mark.parametrize("things", THINGS)
def test_draft_hand_in_judge(world, things):
    made = call(world, "clara", "post", f"{things}/", THINGS[things])
    assert made.status_code == 201
    body = made.json()
    assert (body["state"], body["supplier"], body["submitted_at"]) == ("draft", "ALPHA", None)
    item = f"{things}/{body['id']}/"
    assert call(world, "paula", "get", f"{things}/").json()["count"] == 0
    assert call(world, "clara", "post", f"{item}submit/").json()["state"] == "waiting"
    assert call(world, "paula", "get", f"{things}/").json()["count"] == 1
    returned = call(world, "paula", "post", f"{item}review/", {"verdict": "returned"})
    assert (returned.status_code, returned.json()["code"]) == (422, "review.reason")
    call(world, "paula", "post", f"{item}review/", {"verdict": "returned", "note": "page 2"})
    seen = call(world, "clara", "get", item).json()
    assert seen["state"] == "returned"
    assert [(review["buyer"], review["note"]) for review in seen["reviews"]] == [("LCFC", "page 2")]
    assert call(world, "clara", "patch", item, {}).json()["state"] == "draft"


def test_figures_are_numbers_and_rules_name_the_field(world):
    made = call(world, "alice", "post", "credentials/", ECOVADIS).json()
    assert made["score"] == 58
    assert isinstance(made["score"], float | int)
    bad = call(world, "alice", "post", "credentials/", ECOVADIS | {"score": 180})
    assert bad.status_code == 400
    assert [issue["column"] for issue in bad.json()["issues"]] == ["score"]
    patched = call(world, "alice", "patch", f"credentials/{made['id']}/", {"expires_on": "2020-01-01"})
    assert [issue["column"] for issue in patched.json()["issues"]] == ["expires_on"]


def test_own_fields_cannot_be_set_from_outside(world):
    sent = ECOVADIS | {"state": "submitted", "entered_by": "LCFC", "supplier": "BETA"}
    body = call(world, "alice", "post", "credentials/", sent).json()
    assert (body["state"], body["supplier"], body["entered_by"]) == ("draft", "ALPHA", None)


def test_procurement_enters_for_an_enrolled_supplier_only(world):
    entered = call(world, "paula", "post", "credentials/", ECOVADIS | {"supplier": "BETA"})
    assert (entered.status_code, entered.json()["state"]) == (201, "accepted")
    assert entered.json()["entered_by"] == "LCFC"
    assert call(world, "paula", "post", "credentials/", ECOVADIS | {"supplier": "GAMMA"}).status_code == 404
    assert call(world, "paula", "post", "credentials/", ECOVADIS).status_code == 400
    assert call(world, "bob", "post", "credentials/", ECOVADIS).status_code == 403
    with all_tenants("test"):
        assert Credential.objects.count() == Review.objects.count() == 1


def test_document_by_content(world):
    item = call(world, "alice", "post", "credentials/", ECOVADIS).json()["id"]
    client = world.client(world.alice)
    url = f"{ROOT}credentials/{item}/document/"
    kept = client.post(url, {"file": SimpleUploadedFile("a.exe", make.PDF)})
    assert kept.status_code == 200
    assert kept.json()["evidence"]["filename"] == "a.exe.pdf"
    refused = client.post(url, {"file": SimpleUploadedFile("a.pdf", b"MZ\x90")})
    assert (refused.status_code, refused.json()["code"]) == (422, "file.type")
    charlie = world.client(world.charlie).post(url, {"file": SimpleUploadedFile("a.pdf", make.PDF)})
    assert charlie.status_code == 404


def test_filters(world):
    with all_tenants("test"):
        make.credential(world.supplier, **make.submitted())
        make.credential(world.supplier, kind="rba_vap", level="gold", score=185)
    count = {
        query: call(world, "alice", "get", f"credentials/{query}").json()["count"]
        for query in ("", "?kind=rba_vap", "?submitted=true", "?submitted=false", "?supplier=ALPHA")
    }
    assert list(count.values()) == [2, 1, 1, 1, 2]
    assert call(world, "alice", "get", "credentials/?supplier=BETA").status_code == 404
    assert call(world, "alice", "get", "credentials/?kind=x").status_code == 400


@pytest.mark.parametrize(
    ("who", "url"), [("alice", "credentials/"), ("paula", "credentials/"), ("paula", "targets/")]
)
def test_queries_do_not_grow_with_rows(world, who, url, django_assert_max_num_queries):
    client = world.client(getattr(world, who))
    counts = []
    for number in (3, 27):
        with all_tenants("test"):
            for _n in range(number):
                make.credential(world.supplier, evidence=make.document(world.supplier), **make.submitted())
                other = people.SupplierFactory.create()
                people.EnrolmentFactory.create(buyer=world.buyer, supplier=other)
                make.target(other, **make.submitted())
        with django_assert_max_num_queries(9) as queries:
            assert client.get(ROOT + url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_factors(world, django_assert_max_num_queries):
    factors.load()
    answer = call(world, "alice", "get", "factors/?carrier=electricity&region=CN-AH&year=2023")
    (row,) = answer.json()["results"]
    assert (row["code"], row["value"], row["unit"]) == ("CN-AH-ELEC-2023", 0.6553, "kgCO2/kWh")
    assert (row["series"], row["verified"], row["is_default"]) == ("mee_nbs_average", "yes", True)
    assert row["edition"] == "Announcement 2025 No. 47"
    assert call(world, "paula", "get", "factors/CN-GRID-NDRC-EAST-2012/").json()["value"] == 0.7035
    assert call(world, "paula", "get", "factors/NOTHING/").status_code == 404
    assert call(world, "vera", "get", "factors/").status_code == 200
    assert call(world, None, "get", "factors/").status_code == 401
    assert call(world, "alice", "get", "factors/?year=abc").status_code == 400
    assert call(world, "alice", "get", "factors/?region=CN-AH&year=2020").json()["count"] == 0
    client = world.client(world.alice)
    # inside a test's own transaction PostgreSQL counts a savepoint and its end
    with django_assert_max_num_queries(5 + 2 * (connection.vendor == "postgresql")):
        assert len(client.get(f"{ROOT}factors/?page_size=1000").json()["results"]) > 300
