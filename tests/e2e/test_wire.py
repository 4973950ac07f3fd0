"""What comes over the wire: requests no HTTP library would send, limits, and the same question asked twice."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import pytest
import requests

from tests.support.hub import Client, Hub
from tests.support.scene import APPLICATIONS, CONTACT, PROBLEM, Scene

CHECKS = "/api/v1/checks"
HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n"
GET = b"GET /api/v1/models HTTP/1.1\r\n"
POST = b"POST /api/v1/checks HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


def talk(hub: Hub, *pieces: bytes, hang_up: bool = False) -> tuple[int, bytes]:
    """Send raw bytes; return the status and all that came back (0 if nothing did)."""
    port = int(hub.processes["all"].environment["PORT"])
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with suppress(OSError):  # who is refused in mid-sentence may still read why
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_RDWR if hang_up else socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
    return (int(answer.split(b" ", 2)[1]), answer) if answer else (0, b"")


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


STRANGE = {
    "a header line that does not end": GET + HOST + b"X-Long: " + b"a" * 70_000 + b"\r\n\r\n",
    "headers that do not end": GET + HOST + b"".join(b"X-%d: y\r\n" % number for number in range(2000)) + b"\r\n",
    "an address of 9 KiB": b"GET /" + b"a" * 9 * 1024 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "an address of 100 KiB": b"GET /" + b"a" * 100 * 1024 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a length that is no number": POST + b"Content-Length: abc\r\n\r\n{}",
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n{}",
    "a length of five thousand digits": POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "a length and chunks": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"{}"),
    "what is no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 x y\r\n\r\n",
    "a host with two dots": GET + b"Host: a..b\r\nConnection: close\r\n\r\n",
    "a host without end": GET + b"Host: " + b"a" * 300 + b"\r\nConnection: close\r\n\r\n",
    "a web socket": GET + b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
}

CHUNKS = {
    "chunks": POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b'{"answers": {}}'),
    "chunks of 1 MB": POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"a" * 1_000_000),
    "chunks of a size that is none": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a body in gzip": POST + b"Transfer-Encoding: gzip\r\n\r\n{}",
}


@pytest.mark.parametrize("request_", STRANGE.values(), ids=STRANGE)
def test_a_request_that_is_none_is_refused_and_not_a_crash(scene: Scene, request_: bytes) -> None:
    before = scene.footprint()

    status, answer = talk(scene.hub, request_)

    assert 400 <= status < 500, answer[:200]
    assert b"Traceback" not in answer
    assert scene.footprint() == before


@pytest.mark.parametrize("request_", CHUNKS.values(), ids=CHUNKS)
def test_a_body_in_chunks_is_asked_for_in_one_piece(scene: Scene, request_: bytes) -> None:
    status, answer = talk(scene.hub, request_)

    assert status == 411
    assert f"Content-Type: {PROBLEM}".encode() in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "length_required"


@pytest.mark.parametrize("host", [b"", b"Host:\r\n", b"Host: \xe4\xff\r\n", b"Host: foo bar\r\n"])
def test_a_strange_host_still_gets_the_model(scene: Scene, host: bytes) -> None:
    assert talk(scene.hub, GET + host + b"Connection: close\r\n\r\n")[0] == 200


@pytest.mark.parametrize(
    "headers", ["Accept: \xff;q=zz", "Accept-Language: ,;q=nan,\xff", "Cookie: =;;=\xff; hub_language"]
)
def test_headers_nobody_can_read_are_read_as_if_they_were_not_there(scene: Scene, headers: str) -> None:
    status, answer = talk(scene.hub, GET + HOST + headers.encode("latin-1") + b"\r\n\r\n")

    assert status == 200
    assert b"Content-Language: de" in answer


def test_whoever_hangs_up_in_the_middle_leaves_nothing(scene: Scene) -> None:
    before = scene.footprint()
    start = POST.replace(b"/checks", b"/applications") + b"Idempotency-Key: " + str(uuid4()).encode()

    for _ in range(20):
        talk(scene.hub, start + b"\r\nContent-Length: 1000\r\n\r\n", b'{"contact": {', hang_up=True)

    assert scene.hub.client().get("/health/live").status_code == 200
    assert scene.footprint() == before


def test_a_large_body_is_read_to_its_end_so_that_its_sender_hears_why(scene: Scene) -> None:
    status, answer = talk(scene.hub, POST + b"Content-Length: 5000000\r\n\r\n", b" " * 5_000_000)

    assert status == 413
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == 413


# The same question twice


def applications_of(client: Client) -> list[str]:
    return [one["id"] for one in client.json(f"{APPLICATIONS}?limit=100")["items"]]


def test_applying_twice_with_one_key_makes_one_application_and_one_answer(scene: Scene) -> None:
    key, stranger = str(uuid4()), scene.as_("stranger")

    first = stranger.apply(submit=False, Idempotency_Key=key)
    second = stranger.apply(submit=False, Idempotency_Key=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["token"]
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers[name] == second.headers[name]
    assert applications_of(scene.as_(second.json()["token"])) == [first.json()["id"]]


def test_a_key_used_with_another_body_is_refused(scene: Scene) -> None:
    key, stranger = str(uuid4()), scene.as_("stranger")
    first = stranger.apply("Eins", submit=False, Idempotency_Key=key)

    second = stranger.apply("Zwei", submit=False, Idempotency_Key=key)

    assert (second.status_code, second.json()["code"]) == (422, "idempotency_key_reused")
    assert applications_of(scene.as_(first.json()["token"])) == [first.json()["id"]]


def test_the_same_key_of_two_people_or_on_two_routes_is_two_keys(scene: Scene) -> None:
    key = "k1"
    mine, theirs = scene.applicant.apply(submit=False, Idempotency_Key=key), scene.other.apply(Idempotency_Key=key)
    withdrawn = scene.applicant.move(mine.json()["id"], "withdrawal", {}, Idempotency_Key=key)

    assert [one.status_code for one in (mine, theirs, withdrawn)] == [201, 201, 200]
    assert mine.json()["id"] != theirs.json()["id"]


def test_a_move_made_twice_with_one_key_happens_once_even_though_its_etag_is_old_by_now(scene: Scene) -> None:
    made = scene.applicant.apply(submit=False)
    path, key = f"{APPLICATIONS}/{made.json()['id']}", str(uuid4())

    first, second = (
        scene.applicant.post(f"{path}/submission", {}, If_Match=made.headers["ETag"], Idempotency_Key=key)
        for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.headers["ETag"] == second.headers["ETag"] == scene.applicant.get(path).headers["ETag"]


def test_a_refusal_does_not_use_a_key_up(scene: Scene) -> None:
    key = str(uuid4())
    refused = scene.as_("stranger").post(APPLICATIONS, {"contact": {}}, Idempotency_Key=key)

    made = scene.as_("stranger").post(APPLICATIONS, {"contact": CONTACT}, Idempotency_Key=key)

    assert (refused.status_code, made.status_code) == (422, 201)


def test_twenty_at_the_same_moment_with_one_key_make_one_application(scene: Scene) -> None:
    key = str(uuid4())

    def apply(_: int) -> requests.Response:
        return scene.as_("stranger").post(APPLICATIONS, {"contact": CONTACT}, Idempotency_Key=key)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(apply, range(20)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1


def test_of_twenty_votes_at_the_same_moment_one_counts(scene: Scene) -> None:
    id_ = scene.applicant.apply("Gedränge").json()["id"]
    etag = scene.hub.vera.move(id_, "decision", {"outcome": "decline", "reason": "Nein."}).headers["ETag"]

    def vote(number: int) -> int:
        admin = scene.as_("jonas" if number % 2 else "vera")
        return admin.post(f"{APPLICATIONS}/{id_}/decision/confirmation", {"agree": True}, If_Match=etag).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(vote, range(20)))

    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 403, 409, 412}
    assert [one["status"] for one in scene.applicant.json(f"{APPLICATIONS}/{id_}")["timeline"]].count("declined") == 1


def test_after_all_that_the_hub_is_well_and_its_log_shows_no_traceback(scene: Scene) -> None:
    assert scene.hub.client().json("/health/ready")["status"] == "ready"
    assert "Traceback" not in scene.log()
