from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from suppliers.models import ActivityRecord, Upload
from suppliers.tenants.all_tenants import all_tenants
from tests.suppliers.api.conftest import ABSENT, BAD, GOOD, HEADER, file, queries_of, session


def test_a_good_file_is_received_checked_and_ready(world, api, send):
    alice = api(world.alice)
    status, body = send(alice, GOOD)
    assert status == 202
    assert set(body) == {"id", "status", "progress", "url"}
    assert body["url"] == f"http://testserver/api/v1/uploads/{body['id']}/"
    status, body = alice.get(f"uploads/{body['id']}/")
    assert status == 200
    assert body == {
        "id": body["id"],
        "status": "ready",
        "progress": 1.0,
        "rows_total": 1,
        "rows_valid": 1,
        "rows_accepted": 0,
        "issues": body["issues"],
        "issues_total": len(body["issues"]),
    }


def test_every_bad_cell_is_named_in_the_readers_language(world, api, send):
    alice = api(world.alice)
    made = send(alice, BAD)[1]
    status, body = alice.get(f"uploads/{made['id']}/")
    assert (status, body["status"], body["rows_total"], body["rows_valid"]) == (200, "needs_fix", 2, 1)
    (issue,) = [issue for issue in body["issues"] if issue["severity"] == "error"]
    assert set(issue) == {"code", "severity", "row", "column", "message"}
    assert (issue["code"], issue["row"], issue["column"]) == ("row.number", 3, "quantity")
    assert "数字" in issue["message"]
    english = alice.get(f"uploads/{made['id']}/", headers={"accept-language": "en"})[1]["issues"]
    assert "not a number" in next(one["message"] for one in english if one["severity"] == "error")


def test_accepting_bad_rows_is_refused_unless_partial(world, api, send):
    alice = api(world.alice)
    path = f"uploads/{send(alice, BAD)[1]['id']}/"
    status, body = alice.post(path + "accept/")
    assert (status, body["code"]) == (409, "upload.needs_fix")
    assert "row.number" in {issue["code"] for issue in body["issues"]}
    status, body = alice.post(path + "accept/", {"partial": True})
    assert (status, body["status"], body["rows_accepted"]) == (200, "accepted", 1)
    assert alice.get("records/")[1]["count"] == 1


def test_a_cell_is_fixed_beside_the_file_and_the_upload_checked_again(world, api, send):
    alice = api(world.alice)
    path = f"uploads/{send(alice, BAD)[1]['id']}/"
    status, body = alice.post(path + "fix/", {"row": 3, "field": "quantity", "new": "250"})
    assert (status, body["status"], body["rows_valid"]) == (200, "ready", 2)
    assert alice.post(path + "accept/")[1]["rows_accepted"] == 2


@pytest.mark.parametrize(
    "cell",
    [
        {},
        [],
        {"row": 0, "field": "quantity", "new": "1"},
        {"row": 10**30, "field": "quantity", "new": "1"},
        {"row": 3, "field": "supplier", "new": "1"},
        {"row": 3, "field": "quantity", "new": "1\x00"},
        {"row": 3, "field": "quantity", "new": "9" * 5000},
        {"row": 3, "field": "quantity", "new": {"a": 1}},
    ],
)
def test_a_fix_that_cannot_be_read_is_400(world, api, send, cell):
    alice = api(world.alice)
    status, body = alice.post(f"uploads/{send(alice, BAD)[1]['id']}/fix/", cell)
    assert (status, body["code"]) == (400, "invalid")
    assert body["issues"]


def test_a_fix_of_a_row_the_file_does_not_have_is_refused(world, api, send):
    alice = api(world.alice)
    cell = {"row": 4000, "field": "quantity", "new": "1"}
    status, body = alice.post(f"uploads/{send(alice, BAD)[1]['id']}/fix/", cell)
    assert (status, body["code"]) == (422, "upload.fix")


def test_withdrawing_takes_the_records_out_and_keeps_the_history(world, api, accepted):
    alice = api(world.alice)
    assert alice.get("records/")[1]["count"] == 1
    status, body = alice.post(f"uploads/{accepted['id']}/withdraw/")
    assert (status, body["status"]) == (200, "withdrawn")
    assert alice.get("records/")[1]["count"] == 0
    assert alice.get("emissions/lines/")[1]["count"] == 0
    with all_tenants("tests"):
        assert ActivityRecord.objects.count() == 1
    status, body = alice.post(f"uploads/{accepted['id']}/accept/")
    assert (status, body["code"]) == (409, "upload.state")


def test_the_same_bytes_are_the_same_upload_and_a_new_one_after_withdrawal(world, api, send):
    alice = api(world.alice)
    first, again = send(alice, GOOD)[1], send(alice, GOOD, "other-name.csv")[1]
    assert first["id"] == again["id"]
    alice.post(f"uploads/{first['id']}/withdraw/")
    assert send(alice, GOOD)[1]["id"] != first["id"]


def test_an_idempotency_key_makes_sending_twice_once(world, api, send):
    alice = api(world.alice)
    one = send(alice, GOOD, **{"idempotency-key": "batch-7"})
    two = send(alice, GOOD, **{"idempotency-key": "batch-7"})
    assert one[0] == two[0] == 202
    assert one[1]["id"] == two[1]["id"]
    for key in ("x" * 101, "two words", "钥匙"):
        status, body = send(alice, GOOD, **{"idempotency-key": key})
        assert (status, body["code"]) == (400, "idempotency.key")


def test_bytes_of_another_supplier_are_another_upload(world, api, send):
    mine, theirs = send(api(world.alice), GOOD)[1], send(api(world.charlie), GOOD)[1]
    assert mine["id"] != theirs["id"]


# -- what is wrong with a body -------------------------------------------------------------------------


def test_too_large_is_413(world, api, settings):
    settings.UPLOAD_LIMIT_BYTES = 1000
    for size in (1001, 100_000):
        status, body = api(world.alice).multipart({"file": file(b"x" * size)})
        assert (status, body["code"]) == (413, "file.size")
    with all_tenants("tests"):
        assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (HEADER.encode(), "file.empty"),
        (b"MZ\x90\x00" + b"\x00" * 400, "file.type"),
        (b"<html><body>no table</body></html>", "file.type"),
        (b"alpha,beta\n1,2\n", "file.header"),
    ],
)
def test_other_bad_content_is_202_then_failed_with_its_issue(world, api, send, content, code):
    alice = api(world.alice)
    status, body = send(alice, content)
    assert status == 202
    body = alice.get(f"uploads/{body['id']}/")[1]
    assert (body["status"], [issue["code"] for issue in body["issues"]]) == ("failed", [code])


@pytest.mark.parametrize("data", [{}, {"file": "not a file"}, {"datei": "other"}])
def test_no_file_part_is_400(world, api, data):
    status, body = api(world.alice).multipart(data)
    assert (status, body["code"]) == (400, "file.required")


def test_two_files_are_400(world, api):
    status, body = api(world.alice).multipart({"file": [file(GOOD), file(BAD)]})
    assert (status, body["code"]) == (400, "file.required")


HOSTILE = {
    "no boundary": ("multipart/form-data", b"x"),
    "empty boundary": ("multipart/form-data; boundary=", b"--\r\n"),
    "cut off": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="file"; filen',
    ),
    "no parts": ("multipart/form-data; boundary=b", b"--b--\r\n"),
    "garbage": ("multipart/form-data; boundary=b", bytes(range(256)) * 20),
    "odd boundary": ("multipart/form-data; boundary=\xff\xfe", b"--\xff\xfe\r\n"),
    "huge header": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
        + b"a" * 200_000
        + b'"\r\n\r\nx\r\n--b--\r\n',
    ),
    "many fields": (
        "multipart/form-data; boundary=b",
        b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(1500))
        + b"--b--\r\n",
    ),
    "many files": (
        "multipart/form-data; boundary=b",
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="f%d"; filename="x"\r\n\r\n1\r\n' % n
            for n in range(300)
        )
        + b"--b--\r\n",
    ),
    "broken base64": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--\r\n",
    ),
    "unknown charset": ("multipart/form-data; boundary=b; charset=klingon", b"--b--\r\n"),
    "json": ("application/json", b"{}"),
    "form": ("application/x-www-form-urlencoded", b"file=x"),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("way_in", ["token", "session"])
def test_a_hostile_body_is_refused_with_a_code(world, api, kind, way_in):
    content_type, body = HOSTILE[kind]
    if way_in == "token":
        response = api(world.alice).answer("POST", "uploads/", data=body, content_type=content_type)
    else:
        response = session(world.alice).generic("POST", "/api/v1/uploads/", body, content_type)
    assert response.status_code in (400, 415), response.content
    assert response.json()["code"]
    with all_tenants("tests"):
        assert not Upload.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\x00b.csv", "很长" * 300 + ".csv", "‮vsc.exe"])
def test_a_hostile_file_name_never_becomes_a_path(world, api, send, name):
    alice = api(world.alice)
    status, body = send(alice, GOOD, name)
    assert status in (202, 400)
    if status == 202:
        with all_tenants("tests"):
            upload = Upload.objects.get(pk=body["id"])
        assert upload.file.name.endswith(hashlib.sha256(GOOD.encode()).hexdigest())
        assert not set(upload.filename) & set("/\\\x00\u202e")


def test_a_session_must_bring_its_csrf_token(world):
    client = session(world.alice, enforce_csrf_checks=True)
    response = client.post("/api/v1/uploads/", {"file": file(GOOD)})
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


# -- workbooks -----------------------------------------------------------------------------------------


def _sheets(content: bytes) -> str:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html"])
def test_the_template_holds_the_own_sites(world, api, accept):
    response = api(world.alice).answer("GET", "uploads/template/", headers={"accept": accept})
    assert response.status_code == 200
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "HF" in _sheets(response.content)
    assert api(world.paula).get("uploads/template/")[0] == 403


def test_the_annotated_workbook_explains_the_bad_cell(world, api, send):
    alice = api(world.alice)
    made = send(alice, BAD)[1]
    response = alice.answer("GET", f"uploads/{made['id']}/annotated/", headers={"accept-language": "en"})
    assert response.status_code == 200
    assert "not a number" in _sheets(response.content)
    failed = send(alice, b"MZ\x90\x00" + b"\x00" * 400)[1]
    response = alice.answer("GET", f"uploads/{failed['id']}/annotated/")
    assert "file.type" in _sheets(response.content)


# -- who -----------------------------------------------------------------------------------------------

CALLS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("GET", "annotated/", None),
    ("POST", "accept/", {}),
    ("POST", "withdraw/", {}),
    ("POST", "fix/", {"row": 2, "field": "quantity", "new": "1"}),
]


@pytest.mark.parametrize(("method", "tail", "body"), CALLS)
def test_anothers_upload_answers_as_an_absent_one(world, api, send, method, tail, body):
    mine = send(api(world.alice), BAD)[1]["id"]
    # A buyer may not write at all, and does not see what is not accepted.
    for who in (world.charlie, world.paula, world.otto) if method == "GET" else (world.charlie,):
        foreign = api(who).post(f"uploads/{mine}/{tail}", body, method=method)
        absent = api(who).post(f"uploads/{ABSENT}/{tail}", body, method=method)
        assert foreign == absent
        assert foreign[0] == 404
    with all_tenants("tests"):
        assert Upload.objects.get(pk=mine).status == "needs_fix"


@pytest.mark.parametrize(("method", "tail", "body"), [call for call in CALLS if call[0] == "POST"])
def test_who_may_only_read_is_403_on_every_write(world, api, send, method, tail, body):
    mine = send(api(world.alice), BAD)[1]["id"]
    for who in (world.bob, world.paula, world.anna, world.vera):
        assert api(who).post(f"uploads/{mine}/{tail}", body)[0] == 403
    assert api(world.bob).multipart({"file": file(GOOD)})[0] == 403
    assert api(world.bob).get(f"uploads/{mine}/")[0] == 200


def test_a_contributor_hands_in_and_does_not_withdraw(world, api, send):
    clara = api(world.clara)
    made = send(clara, GOOD)[1]["id"]
    assert clara.post(f"uploads/{made}/withdraw/")[0] == 403
    assert clara.post(f"uploads/{made}/accept/")[0] == 200


def test_nobody_without_a_token(world, api):
    for method, path in (("GET", "uploads/"), ("POST", "uploads/"), ("GET", f"uploads/{ABSENT}/")):
        status, body = api(None).post(path, method=method)
        assert status == 401
        assert body["code"]


def test_a_buyer_sees_what_was_accepted_and_nothing_else(world, api, send, accepted):
    draft = send(api(world.alice), BAD)[1]["id"]
    paula = api(world.paula)
    status, body = paula.get("uploads/?supplier=ALPHA")
    assert (status, [row["id"] for row in body["results"]]) == (200, [accepted["id"]])
    assert paula.get(f"uploads/{accepted['id']}/")[0] == 200
    assert paula.get(f"uploads/{draft}/")[0] == 404
    assert api(world.otto).get("uploads/")[1]["count"] == 0
    api(world.alice).post(f"uploads/{accepted['id']}/withdraw/")
    assert paula.get(f"uploads/{accepted['id']}/")[0] == 404


def test_the_list_asks_as_often_for_thirty_as_for_three(world, api, send):
    alice = api(world.alice)

    def send_many(first: int, last: int) -> None:
        for n in range(first, last):
            send(alice, GOOD.replace("B-1", f"B-{n}"))

    send_many(0, 3)
    few = queries_of(lambda: alice.get("uploads/"))
    send_many(3, 30)
    assert queries_of(lambda: alice.get("uploads/")) == few
    assert alice.get("uploads/")[1]["count"] == 30


def test_issues_stop_at_the_documented_number_and_the_total_is_told(world, api, send, monkeypatch):
    monkeypatch.setattr("suppliers.api.uploads.MOST_ISSUES", 2)
    alice = api(world.alice)
    rows = "".join(f"HF,,diesel,2023-0{month},2023-0{month},n/a,kg,\n" for month in range(1, 6))
    body = alice.get(f"uploads/{send(alice, HEADER + rows)[1]['id']}/")[1]
    assert (len(body["issues"]), body["issues_total"]) == (2, 5)
