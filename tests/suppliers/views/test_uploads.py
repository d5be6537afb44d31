"""The upload pages: hand in, see every bad cell, fix it there, accept, withdraw; and who may do what."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.models import ActivityRecord, CellFix, Upload
from suppliers.tenants.scope import Scope, entered

from .conftest import ONE_BAD, assert_doors


def scope_of(world):
    return entered(Scope(supplier_id=world.supplier.pk))


def test_a_bad_cell_is_named_fixed_there_and_the_file_accepted(world, send):
    client = world.client(world.alice)
    upload = send(ONE_BAD)
    page = client.get(f"/data/uploads/{upload.pk}/").content.decode()
    assert "row.number" in page
    assert "n/a" in page
    assert "Row 3" in page
    assert f'action="/data/uploads/{upload.pk}/fix/"' in page

    fixed = client.post(
        f"/data/uploads/{upload.pk}/fix/",
        {"row": "3", "field": "quantity", "new": "2000"},
        headers={"HX-Request": "true"},
    )
    body = fixed.content.decode()
    assert fixed.status_code == 200
    assert 'id="upload-body"' in body
    assert "<html" not in body
    assert "Row 3, Quantity: corrected." in body
    assert "ready to accept" in body

    assert client.post(f"/data/uploads/{upload.pk}/accept/").status_code == 303
    page = client.get(f"/data/uploads/{upload.pk}/").content.decode()
    # 0.6553 t + 1.3106 t at the Anhui value of 2023: 1.966 t
    assert "1.966" in page
    # of 12 months of one site in 2023 none before, two after: 2 / 12
    assert "0 % → 17 %" in page
    with scope_of(world):
        assert ActivityRecord.objects.filter(upload=upload).count() == 2
        assert CellFix.objects.get(upload=upload).old == "n/a"


def test_a_fix_that_is_still_wrong_says_so(world, send):
    upload = send(ONE_BAD)
    answer = world.client(world.alice).post(
        f"/data/uploads/{upload.pk}/fix/",
        {"row": "3", "field": "quantity", "new": "many"},
        headers={"HX-Request": "true"},
    )
    assert "saved, but still not right" in answer.content.decode()


def test_the_right_rows_can_go_first_and_the_rest_follow(world, send):
    client = world.client(world.alice)
    upload = send(ONE_BAD)
    assert client.post(f"/data/uploads/{upload.pk}/accept/", {"partial": "yes"}).status_code == 303
    page = client.get(f"/data/uploads/{upload.pk}/").content.decode()
    assert "Accepted in part" in page
    client.post(f"/data/uploads/{upload.pk}/fix/", {"row": "3", "field": "quantity", "new": "2000"})
    page = client.get(f"/data/uploads/{upload.pk}/").content.decode()
    assert 'id="accept-dialog"' in page
    client.post(f"/data/uploads/{upload.pk}/accept/")
    with scope_of(world):
        assert ActivityRecord.objects.filter(upload=upload).count() == 2


def test_accepting_with_bad_rows_left_is_refused_in_words(world, send):
    upload = send(ONE_BAD)
    client = world.client(world.alice)
    answer = client.post(
        f"/data/uploads/{upload.pk}/accept/",
        headers={"Referer": f"http://testserver/data/uploads/{upload.pk}/"},
    )
    assert answer.status_code == 303
    assert "1 rows still need fixing" in client.get(answer["Location"]).content.decode()
    with scope_of(world):
        assert not ActivityRecord.objects.filter(upload=upload).exists()


def test_withdrawing_takes_the_records_out_and_keeps_the_page(world, accepted):
    client = world.client(world.alice)
    assert client.post(f"/data/uploads/{accepted.pk}/withdraw/").status_code == 303
    assert "Its records no longer count" in client.get(f"/data/uploads/{accepted.pk}/").content.decode()
    with scope_of(world):
        assert not ActivityRecord.objects.filter(upload=accepted, withdrawn_at=None).exists()


def test_a_file_that_is_no_table_says_what_it_is(world, send):
    upload = send(["\x00\x01\x02"], filename="photo.xlsx")
    page = world.client(world.alice).get(f"/data/uploads/{upload.pk}/").content.decode()
    assert "could not be read" in page or "to be fixed" in page


def test_polling_stops_once_checked(world, send):
    upload = send(ONE_BAD)
    client = world.client(world.alice)
    answer = client.get(f"/data/uploads/{upload.pk}/", headers={"HX-Request": "true"})
    assert answer.status_code == 286
    with scope_of(world):
        Upload.objects.filter(pk=upload.pk).update(status="checking")
    waiting = client.get(f"/data/uploads/{upload.pk}/", headers={"HX-Request": "true"})
    assert waiting.status_code == 200
    assert 'hx-trigger="every 1s"' in waiting.content.decode()


def test_htmx_is_sent_to_the_page_of_the_upload(world, loaded_factors):
    file = SimpleUploadedFile("a.csv", b"site\n")
    answer = world.client(world.alice).post("/data/", {"file": file}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/data/uploads/")


def test_too_large_a_file_is_refused_before_it_is_read(world, settings):
    settings.UPLOAD_LIMIT_BYTES = 10
    client = world.client(world.alice)
    answer = client.post(
        "/data/",
        {"file": SimpleUploadedFile("a.csv", b"x" * 11)},
        headers={"Referer": "http://testserver/data/"},
    )
    assert answer.status_code == 303
    with scope_of(world):
        assert not Upload.objects.exists()


def test_downloads(world, accepted):
    client = world.client(world.alice)
    assert client.get("/data/template/").content[:2] == b"PK"
    assert client.get(f"/data/uploads/{accepted.pk}/annotated/").content[:2] == b"PK"
    file = client.get(f"/data/uploads/{accepted.pk}/file/")
    assert file["Content-Disposition"] == 'attachment; filename="energy.csv"'
    assert file["Content-Type"] == "application/octet-stream"
    assert b"1000" in file.content


@pytest.mark.parametrize("part", ["", "annotated/", "file/"])
def test_who_may_read_an_upload(world, accepted, part):
    assert_doors(world, "get", f"/data/uploads/{accepted.pk}/{part}", reader=200, right=200)


@pytest.mark.parametrize(
    ("part", "data"),
    [("fix/", {"row": "2", "field": "quantity", "new": "1"}), ("accept/", {}), ("withdraw/", {})],
)
def test_who_may_act_on_an_upload(world, send, part, data):
    upload = send(ONE_BAD[:1])
    assert_doors(world, "post", f"/data/uploads/{upload.pk}/{part}", data, reader=403, right=303)


def test_a_contributor_hands_in_but_does_not_withdraw(world, send):
    upload = send(ONE_BAD[:1], by=world.clara)
    assert world.client(world.clara).post(f"/data/uploads/{upload.pk}/withdraw/").status_code == 403


def test_a_reader_sees_no_controls(world, send):
    upload = send(ONE_BAD)
    page = world.client(world.bob).get(f"/data/uploads/{upload.pk}/").content.decode()
    assert "cell-fix__form" not in page
    assert "accept-dialog" not in page
    assert "withdraw-dialog" not in page
    assert "file-drop" not in world.client(world.bob).get("/data/").content.decode()
    assert world.client(world.bob).post("/data/").status_code == 403


def test_buyers_have_no_upload_pages(world, accepted):
    for url in ("/data/", f"/data/uploads/{accepted.pk}/"):
        assert world.client(world.paula).get(url).status_code == 403


def test_the_list_of_uploads_takes_the_same_queries_for_one_and_for_many(
    world, send, django_assert_num_queries
):
    client = world.client(world.alice)
    send(ONE_BAD)
    with CaptureQueriesContext(connection) as captured:
        client.get("/data/")
    for_one = len(captured)
    for month in range(1, 5):
        send([f"HF,,electricity,2022-0{month},2022-0{month},{month}0,kWh,"], filename=f"{month}.csv")
    with django_assert_num_queries(for_one):
        client.get("/data/")


def test_wrong_verbs_are_refused(world, send):
    upload = send(ONE_BAD[:1])
    assert world.client(world.alice).get(f"/data/uploads/{upload.pk}/accept/").status_code == 405
