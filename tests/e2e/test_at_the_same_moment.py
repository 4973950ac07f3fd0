"""The same question twice at the same moment: it happens once, and both hear the answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.support.hub import Hub, wait_for


def test_twins_of_one_decision_get_one_answer(stack: Hub) -> None:
    application = stack.client().apply("Zwillinge").json()
    etag = stack.vera.get(f"/api/v1/applications/{application['id']}").headers["ETag"]
    body, key = {"outcome": "approve", "reason": "gut"}, str(uuid4())

    def propose(_: int) -> tuple[int, str]:
        path = f"/api/v1/applications/{application['id']}/decision"
        answer = stack.vera.as_(stack.vera.token).post(path, body, If_Match=etag, Idempotency_Key=key)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(propose, range(8)))

    assert len(answers) == 1, answers
    assert answers.pop()[0] == 200


def test_two_that_mark_one_message_as_read_both_may(stack: Hub) -> None:
    token = stack.client().apply("Zweimal gelesen").json()["token"]
    applicant = stack.client(token)

    message = wait_for(lambda: applicant.json("/api/v1/messages")["items"])[0]

    def read(_: int) -> int:
        return stack.client(token).post(f"/api/v1/messages/{message['id']}/read", {}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(read, range(6))) == {200}
