"""A request with everything wrong, mended one thing at a time from the first check to the last: the order of docs/errors.md."""

import http.client

import pytest
from taskstream.access import Access, Bearer

ANN = "0198c5a2-0000-7000-8000-00000000000a"
TOO_LARGE = b" " * 70_000


class Faulty:
    """The parts of one PATCH, each at first as wrong as can be."""

    def __init__(self, service, task):
        self._port, self._task = service.port, task
        self.method, self.path, self.query = "POST", "/v1/%zz/", "?reason=%zz"
        self.body = TOO_LARGE
        self.fields = {"Host": "elsewhere.example", "Origin": "https://elsewhere.example", "Expect": "the-unexpected",
                       "Authorization": "Bearer forged", "Content-Type": "text/plain", "If-Match": "7"}

    def at(self, path):
        self.path = path.replace("{id}", self._task)

    def send(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request(self.method, self.path + self.query, self.body, self.fields)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def service(scene, tmp_path):
    access = Access(tmp_path)
    tokens = {"reader": access.make(ANN, "member", ["tasks:read"]), "ann": access.make(ANN),
              "boss": access.make("boss", "manager"), "locker": access.make("locker", "manager")}
    service = scene.command_service(scene.file_log(), *access.flags)
    service.tokens = tokens
    return service


def test_the_first_check_that_fails_is_answered(service):
    boss = Bearer(service, service.tokens["boss"])
    task = boss.create("Checked", headers={"Idempotency-Key": "used"}).json["taskId"]
    request = Faulty(service, task)

    def answers(status, code=None):
        answer = request.send()
        assert answer[0] == status and f'"code":"{code or ""}' in answer[1], answer

    def bear(name):
        request.fields["Authorization"] = f"Bearer {service.tokens[name].text}"

    answers(417)
    del request.fields["Expect"]
    answers(421)
    request.fields["Host"] = "localhost"
    answers(403, "FORBIDDEN")
    del request.fields["Origin"]
    answers(401)
    bear("reader")
    answers(400, "MALFORMED")
    request.at("/v1/nowhere")
    answers(404)
    request.at("/v1/tasks/{id}")
    answers(405)
    request.method = "PATCH"
    answers(403, "FORBIDDEN")
    bear("ann")
    answers(413)
    request.body = b'{"title": ""'
    answers(415)
    request.fields["Content-Type"] = "application/json"
    answers(400, "MALFORMED")
    request.query = "?unknown=1"
    answers(400, "MALFORMED")
    request.fields["If-Match"] = '"7"'
    answers(400, "MALFORMED")
    request.body = b'{"title": ""}'
    # The task is the boss's, who has used this key for it, and then given to nobody: a member sees it, and may only claim it.
    assert boss.request("POST", f"/v1/tasks/{task}/status", {"to": "CANCELLED"}, {"If-Match": '"1"'}).status == 200
    request.fields["Idempotency-Key"] = "used"
    answers(404)
    assert boss.request("POST", f"/v1/tasks/{task}/status", {"to": "NOT_STARTED"}, {"If-Match": '"2"'}).status == 200
    answers(403, "FORBIDDEN")
    bear("boss")
    answers(422, "IDEMPOTENCY_KEY_REUSED")
    del request.fields["Idempotency-Key"]
    locker = Bearer(service, service.tokens["locker"])
    assert locker.request("PUT", f"/v1/tasks/{task}/lock", {"ttlSeconds": 600}).status == 200
    assert locker.move(task, 4, "CANCELLED").status == 200
    answers(412)
    request.fields["If-Match"] = '"5"'
    answers(422, "VALIDATION_FAILED")
    request.body = b'{"title": "Mended"}'
    answers(422, "VALIDATION_FAILED")
    request.query = ""
    answers(423)
    assert locker.request("DELETE", f"/v1/tasks/{task}/lock").status == 200
    request.fields["If-Match"] = '"6"'
    answers(409, "TASK_CLOSED")
    assert boss.request("DELETE", f"/v1/tasks/{task}", headers={"If-Match": '"6"'}).status == 204
    request.fields["If-Match"] = '"1"'
    answers(410)


def test_what_one_may_not_see_comes_before_whether_a_version_is_named(service):
    boss, ann = (Bearer(service, service.tokens[name]) for name in ("boss", "ann"))
    task = boss.create("Nobody's yet").json["taskId"]
    assert ann.request("PATCH", f"/v1/tasks/{task}", {"title": ""}).status == 403
    assert boss.request("PATCH", f"/v1/tasks/{task}", {"title": ""}).status == 428
