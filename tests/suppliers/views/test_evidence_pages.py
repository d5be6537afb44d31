"""Who may open and do what on the evidence pages, and what they find there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from suppliers.models import Credential, EvidenceFile, Incident, Membership, Output, Review, Training
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import disclosure as make
from tests.factories import suppliers as people

KINDS = ("credential", "target", "training", "output", "instrument")
TRAINING = {
    "title": "x",
    "held_on": "2025-01-01",
    "required_people": 10,
    "completed_people": 1,
    "passed_people": 1,
}
ISO = {"kind": "iso_14001", "number": "E-1", "issued_on": "2024-01-10", "expires_on": "2027-01-09"}


# WhiteNoise misses the collected files, which tests do not have.
pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


@pytest.fixture
def world(world, settings):
    """As everywhere, in Chinese; users as the database has them, so that a session of theirs holds."""
    settings.LANGUAGE_CODE = "zh-hans"
    for membership in vars(world).values():
        if isinstance(membership, Membership):
            membership.user.refresh_from_db()
    return world


@pytest.fixture
def items(world):
    """One draft and one handed-in item of each kind."""
    with all_tenants("test"):
        site = world.site
        return {
            "draft": {
                "credential": make.credential(world.supplier),
                "target": make.target(world.supplier),
                "training": make.training(world.supplier),
                "instrument": make.instrument(world.supplier),
                "output": make.output(site),
            },
            "handed_in": {
                "credential": make.credential(world.supplier, **make.submitted()),
                "target": make.target(world.supplier, **make.submitted()),
                "training": make.training(world.supplier, **make.submitted()),
                "instrument": make.instrument(world.supplier, **make.submitted()),
                "output": make.output(
                    site, start=dt.date(2024, 7, 1), end=dt.date(2024, 9, 30), **make.submitted()
                ),
            },
        }


def status(world, who, url, method="get", data=None):
    client = world.client(getattr(world, who) if who else None)
    return getattr(client, method)(url, data or {}).status_code


@pytest.mark.parametrize(
    ("url_name", "expected"),
    [
        ("evidence", {"alice": 200, "bob": 200, "clara": 200, "paula": 403, "vera": 403, None: 302}),
        ("evidence_desk", {"alice": 403, "paula": 200, "anna": 200, "otto": 200, "vera": 403, None: 302}),
        ("evidence_enter", {"alice": 403, "paula": 200, "vera": 403, None: 302}),
        ("incidents", {"alice": 403, "paula": 200, "vera": 403, None: 302}),
    ],
)
def test_who_opens_the_lists(world, url_name, expected):
    assert {who: status(world, who, reverse(url_name)) for who in expected} == expected


@pytest.mark.parametrize("kind", KINDS)
def test_one_item(world, items, kind):
    draft = reverse(f"{kind}_detail", args=[items["draft"][kind].pk])
    handed_in = reverse(f"{kind}_detail", args=[items["handed_in"][kind].pk])
    who = ("alice", "bob", "clara", "charlie", "paula", "otto", "vera", None)
    assert [status(world, one, draft) for one in who] == [200, 200, 200, 404, 404, 404, 403, 302]
    assert [status(world, one, handed_in) for one in who] == [200, 200, 200, 404, 200, 404, 403, 302]
    assert status(world, "alice", reverse(f"{kind}_detail", args=[999_999])) == 404


@pytest.mark.parametrize("kind", KINDS)
def test_writing_is_for_own_members_with_the_right(world, items, kind):
    pk = items["draft"][kind].pk
    who = ("bob", "charlie", "paula", "otto", "vera", None)
    assert [status(world, one, reverse(f"{kind}_edit", args=[pk])) for one in who] == [
        403,
        404,
        403,
        403,
        403,
        302,
    ]
    for act in ("submit", "discard"):
        url = reverse(f"{kind}_{act}", args=[pk])
        assert [status(world, one, url, "post") for one in who] == [403, 404, 403, 403, 403, 302]
        assert status(world, "alice", url) == 405
    assert [status(world, one, reverse(f"{kind}_new")) for one in ("alice", "clara", "bob", "paula")] == [
        200, 200, 403, 403,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_judging_is_for_the_enrolled_buyer(world, items, kind):
    url = reverse(f"{kind}_review", args=[items["handed_in"][kind].pk])
    verdict = {"verdict": "accepted"}
    who = ("alice", "charlie", "otto", "vera", None, "paula")
    assert [status(world, one, url, "post", verdict) for one in who] == [403, 403, 404, 403, 302, 302]
    draft = reverse(f"{kind}_review", args=[items["draft"][kind].pk])
    assert status(world, "paula", draft, "post", verdict) == 404
    with all_tenants("test"):
        assert [review.buyer_id for review in Review.objects.all()] == [world.buyer.pk]


def test_buyer_never_sees_a_draft_anywhere(world, items):
    with all_tenants("test"):
        Credential.objects.filter(pk=items["draft"]["credential"].pk).update(issuer="SECRET-DRAFT")
    client = world.client(world.paula)
    for url in (reverse("evidence_desk"), reverse("supplier_detail", args=["ALPHA"])):
        page = client.get(url)
        assert page.status_code == 200
        assert "SECRET-DRAFT" not in page.content.decode()
    assert "SECRET-DRAFT" in world.client(world.alice).get(reverse("evidence")).content.decode()


def test_from_form_to_accepted(world):
    alice = world.client(world.alice)
    file = SimpleUploadedFile("证书.pdf", make.PDF)
    made = alice.post(reverse("credential_new"), ISO | {"act": "draft", "document": file})
    with all_tenants("test"):
        item = Credential.objects.get()
        assert (item.state, item.evidence.filename) == ("draft", "证书.pdf")
    assert made.url == reverse("credential_detail", args=[item.pk])
    assert alice.post(reverse("credential_submit", args=[item.pk])).status_code == 302
    paula = world.client(world.paula)
    assert "Alpha" in paula.get(reverse("evidence_desk"), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    refused = paula.post(reverse("credential_review", args=[item.pk]), {"verdict": "returned", "note": ""})
    assert refused.status_code == 422
    paula.post(reverse("credential_review", args=[item.pk]), {"verdict": "returned", "note": "缺少附件页"})
    assert "缺少附件页" in alice.get(reverse("credential_detail", args=[item.pk])).content.decode()
    again = alice.post(reverse("credential_edit", args=[item.pk]), ISO | {"number": "E-2", "act": "submit"})
    assert again.status_code == 302
    paula.post(reverse("credential_review", args=[item.pk]), {"verdict": "accepted"})
    frozen = alice.post(reverse("credential_edit", args=[item.pk]), ISO | {"number": "E-3"}, follow=True)
    assert frozen.status_code == 200
    with all_tenants("test"):
        assert Credential.objects.get().number == "E-2"


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("credential", ISO | {"expires_on": "2023-01-01"}, "expires_on"),
        ("credential", {"kind": "ecovadis", "score": "101"}, "score"),
        ("credential", {"kind": "ecovadis"}, "score"),
        ("credential", {"kind": "iso_14064", "issued_on": "2024-01-01"}, "level"),
        ("credential", ISO | {"url": "javascript:alert(1)"}, "url"),
        ("target", {"covers": "scope1", "is_public": "on"}, "public_url"),
        ("target", {"covers": "scope1", "base_year": "2024", "target_year": "2020"}, "target_year"),
        ("training", TRAINING | {"completed_people": 11}, "completed_people"),
        ("training", TRAINING | {"held_on": "2026-01-01"}, "held_on"),
        ("instrument", {"year": "2024", "kwh": "0"}, "kwh"),
        ("instrument", {"year": "2024", "kwh": "5", "serial_from": "a"}, "serial_to"),
        ("output", {"site": "999999", "start": "2024-10-01", "end": "2024-12-31", "value": "1", "unit": "万元"}, "site"),
    ],
)  # fmt: skip
def test_wrong_input_names_its_field_and_writes_nothing(world, kind, data, field):
    answer = world.client(world.alice).post(reverse(f"{kind}_new"), data)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    with all_tenants("test"):
        assert not Credential.objects.exists()
        assert not Training.objects.exists()


def test_site_of_another_supplier_is_not_on_offer(world):
    with all_tenants("test"):
        foreign = people.SiteFactory.create(supplier=world.neighbour, code="BX", name="贝塔工厂")
    client = world.client(world.alice)
    assert "贝塔工厂" not in client.get(reverse("output_new")).content.decode()
    data = {"site": foreign.pk, "start": "2024-10-01", "end": "2024-12-31", "value": "1", "unit": "万元"}
    assert client.post(reverse("output_new"), data).status_code == 422
    with all_tenants("test"):
        assert not Output.objects.exists()


def test_renamed_program_is_refused_as_document(world):
    file = SimpleUploadedFile("report.pdf", b"MZ\x90\0", content_type="application/pdf")
    answer = world.client(world.alice).post(reverse("credential_new"), ISO | {"document": file})
    assert answer.status_code == 422
    assert "document" in answer.context["form"].errors
    with all_tenants("test"):
        assert not EvidenceFile.objects.exists()


def test_document_is_served_to_those_who_may_see_what_it_hangs_on(world):
    with all_tenants("test"):
        on_draft = make.document(world.supplier)
        make.credential(world.supplier, evidence=on_draft)
        on_item = make.document(world.supplier, released_at=dt.datetime(2025, 1, 5, tzinfo=dt.UTC))
        make.credential(world.supplier, evidence=on_item, **make.submitted())
    who = ("alice", "bob", "charlie", "paula", "otto", "vera", None)
    draft_url, item_url = (reverse("evidence_file", args=[one.pk]) for one in (on_draft, on_item))
    assert [status(world, one, draft_url) for one in who] == [200, 200, 404, 404, 404, 403, 302]
    assert [status(world, one, item_url) for one in who] == [200, 200, 404, 200, 404, 403, 302]
    answer = world.client(world.paula).get(item_url)
    assert b"".join(answer.streaming_content) == make.PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"


def test_procurement_enters_a_rating_and_a_finding(world):
    paula = world.client(world.paula)
    rating = {
        "company": world.neighbour.pk,
        "kind": "ecovadis",
        "score": "66",
        "level": "gold",
        "issued_on": "2024-09-01",
    }
    assert paula.post(reverse("evidence_enter"), rating).status_code == 302
    stranger = rating | {"company": world.stranger.pk}
    assert paula.post(reverse("evidence_enter"), stranger).status_code == 422
    finding = {"company": world.neighbour.pk, "kind": "child_labour", "opened_on": "2025-01-05", "note": "x"}
    assert paula.post(reverse("incidents"), finding).status_code == 302
    with all_tenants("test"):
        entry, incident = Credential.objects.get(), Incident.objects.get()
        assert (entry.entered_by_id, entry.state) == (world.buyer.pk, "submitted")
    close = reverse("incident_close", args=[incident.pk])
    assert status(world, "otto", close, "post", {"closed_on": "2025-02-01"}) == 404
    assert status(world, "charlie", close, "post", {"closed_on": "2025-02-01"}) == 403
    assert paula.post(close, {"closed_on": "2025-02-01"}).status_code == 302
    with all_tenants("test"):
        assert Incident.objects.get().closed_on == dt.date(2025, 2, 1)


def fill(world, number, from_year):
    with all_tenants("test"):
        for n in range(number):
            document = make.document(world.supplier)
            make.credential(world.supplier, number=f"{n}", evidence=document, **make.submitted())
            make.training(world.supplier, **make.submitted())
            month = dt.date(from_year + n, 1, 1)
            make.output(world.site, start=month, end=month, **make.submitted())
            Incident.objects.create(
                buyer=world.buyer, supplier=world.supplier, kind="environment", opened_on=month
            )
            other = people.SupplierFactory.create()
            people.EnrolmentFactory.create(buyer=world.buyer, supplier=other)
            make.target(other, **make.submitted())


@pytest.mark.parametrize(
    ("who", "url_name", "arguments", "at_most"),
    [
        ("alice", "evidence", [], 14),
        ("paula", "evidence_desk", [], 15),
        ("paula", "evidence_desk", ["?words=a&kind=training"], 15),
        ("paula", "incidents", [], 12),
        ("paula", "suppliers", [], 12),
        ("paula", "supplier_detail", ["ALPHA"], 20),
    ],
)
def test_queries_do_not_grow_with_rows(
    world, who, url_name, arguments, at_most, django_assert_max_num_queries
):
    query = arguments.pop() if arguments and arguments[0].startswith("?") else ""
    url = reverse(url_name, args=arguments) + query
    client = world.client(getattr(world, who))
    counts = []
    for number, from_year in ((3, 1960), (27, 1970)):
        fill(world, number, from_year)
        client.get(url)
        with django_assert_max_num_queries(at_most) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[1] <= counts[0]  # a full page may hold fewer kinds
