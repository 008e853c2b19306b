"""The one origin: what goes where, and what does not pass."""

import http.client
import json
import uuid

import pytest
from taskstream.client import Answer
from taskstream.event_stream import EventStream
from taskstream.places import ROOT
from taskstream.stack import COMMANDS, PROXY_PORT, Behind
from taskstream.waiting import wait_until


def test_a_task_travels_through_the_one_origin(stack):
    commands, queries = stack.commands(), stack.queries()
    stream = EventStream(PROXY_PORT, bearer=stack.token)
    assert stream.status == 200
    assert stream.next().id  # where it begins: the head alone comes before that is settled

    created = commands.create("Write the guide", {"Idempotency-Key": str(uuid.uuid4())})
    assert created.status == 201, created
    # The Location is good at the same origin: it names the task at the projections.
    task = created.json["taskId"]
    assert created.headers["Location"] == f"/v1/tasks/{task}"
    seen = queries.get(created.headers["Location"], Consistency_Token=created.token, Prefer="wait=10")
    assert (seen.status, seen.json["title"]) == (200, "Write the guide"), seen
    assert stream.tasks_until(lambda event: event["taskId"] == task)  # and was not kept back in a buffer

    edited = commands.edit(task, 1, title="Write the short guide")
    assert (edited.status, edited.version) == (200, 2), edited
    stale = commands.edit(task, 1, title="Write the long guide")
    assert (stale.status, stale.code) == (412, "VERSION_CONFLICT")
    assert commands.get(f"/v1/tasks/{task}").json["title"] == "Write the short guide"  # the strong read
    assert stream.tasks_until(lambda event: event["taskId"] == task and event["version"] == 2)
    stream.close()

    user = commands.new_user()
    assert commands.assign(task, 2, user).status == 200
    batch = commands.request("POST", "/v1/batch", {"commands": [
        {"commandId": str(uuid.uuid4()), "method": "POST", "path": f"/v1/tasks/{task}/status", "expectedVersion": 3, "body": {"to": "IN_PROGRESS"}},
        {"commandId": str(uuid.uuid4()), "method": "POST", "path": f"/v1/tasks/{task}/status", "expectedVersion": "previous", "body": {"to": "COMPLETED"}}]})
    assert [result["verdict"] for result in batch.json["results"]] == ["applied", "applied"], batch
    history = queries.get(f"/v1/tasks/{task}/history", Consistency_Token=batch.token, Prefer="wait=10")
    assert [item["version"] for item in history.json["items"]] == [1, 2, 3, 4, 5]
    assert queries.get(f"/v1/users/{user}/tasks", Consistency_Token=batch.token, Prefer="wait=10").json["items"][0]["taskId"] == task
    assert queries.get("/v1/stats").json["total"] >= 1
    assert queries.get("/health/ready").status == 200 and commands.get("/health/ready").status == 200
    assert "taskstream" in stack.execute("projection-1", "taskstream-replay", "--version")


def test_who_brings_no_token_is_let_in_nowhere(stack):
    strangers = [Behind(prefix, token, 30.0) for prefix in ("/command", "") for token in (None, "taskstream_" + "A" * 43)]
    for client in strangers:
        assert client.get("/v1/tasks/0197f2c4-0000-7000-8000-000000000001").status == 401
        assert client.get("/health/ready").status == 200
    assert stack.queries().get("/v1/me").json["actor"] == "ann"


@pytest.mark.parametrize("path", ["/metrics", "/command/metrics", "//metrics", "/command//metrics", "/%6detrics", "/command/%6Detrics", "/METRICS",
                                  "/metrics/", "/metrics?x=1", "/command/metrics?x=1", "/x/../metrics", "/command/./metrics", "/%2e/metrics"])
def test_metrics_are_not_to_be_had_from_outside(stack, path):
    answer = stack.queries().get(path)
    assert answer.status in (400, 404) and b"# TYPE" not in answer.body, answer


def test_the_host_stays_what_the_client_named(stack):
    """A page may write to its own origin alone, which the services know by the Host: one made up by the proxy would fit none."""
    own = {"Host": "tasks.example:8443", "Origin": "http://tasks.example:8443"}
    assert stack.commands().create("from the board", own).status == 201
    assert stack.commands().create("from elsewhere", {**own, "Origin": "http://elsewhere.example"}).status == 403


def test_the_board_learns_where_commands_go_from_here(stack):
    where = stack.queries().get("/config.json").json["commandUrl"]
    commands = Behind(where, stack.token, 30.0)
    assert commands.create("from the board", {"Origin": f"http://127.0.0.1:{PROXY_PORT}"}).status == 201


@pytest.fixture
def lone_proxy(engine):
    """The very settings of the proxy, in a network where there are no services. Answers its address."""
    engine.docker("network", "create", "--internal", "lone")
    try:
        engine.docker("run", "--detach", "--name", "lone-proxy", "--network", "lone", "--volume",
                      f"{ROOT}/compose/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro", "haproxy:2.6")
        address = json.loads(engine.docker("inspect", "lone-proxy"))[0]["NetworkSettings"]["Networks"]["lone"]["IPAddress"]
        wait_until(lambda: ask(address, "GET", "/").status, "the proxy answers", 60.0, 0.2)
        yield address
    finally:
        engine.docker("rm", "--force", "--volumes", *engine.docker("ps", "--all", "--quiet", "--filter", "network=lone").split())
        engine.docker("network", "rm", "lone")


def test_where_no_service_is_ready_the_proxy_says_so_as_a_service_would(lone_proxy):
    answer = ask(lone_proxy, "POST", "/command/v1/tasks")
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "SERVICE_UNAVAILABLE", "1"), answer


def test_a_write_that_gets_no_answer_is_not_sent_again(engine, lone_proxy):
    """… by a service that reads a write and hangs up, as one does that is killed."""
    hangs_up = 'read -r line; case $line in *health*) printf "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n";; *) echo "$line" >>/tmp/heard;; esac'
    for service in COMMANDS:
        engine.docker("run", "--detach", "--name", f"lone-{service}", "--network", "lone", "--network-alias", service, "--entrypoint", "busybox",
                      "prom/prometheus:v2.42.0", "nc", "-ll", "-p", "8080", "-e", "sh", "-c", hangs_up)
    wait_until(lambda: ask(lone_proxy, "GET", "/command/health/ready").status == 200, "the proxy has found the services", 60.0, 0.2)
    answer = ask(lone_proxy, "POST", "/command/v1/tasks")
    assert (answer.status, answer.code) == (502, "BAD_GATEWAY"), answer
    heard = "".join(engine.docker("exec", f"lone-{service}", "busybox", "sh", "-c", "cat /tmp/heard || true") for service in COMMANDS)
    assert heard.split() == ["POST", "/v1/tasks", "HTTP/1.1"], heard


def ask(address, method, path):
    """What the proxy at this address answers; status None where the connection ends without an answer."""
    connection = http.client.HTTPConnection(address, 8080, timeout=30)
    try:
        connection.request(method, path)  # in one piece: what has not come whole yet a proxy could not send again
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    except (OSError, http.client.HTTPException):
        return Answer(None, {}, b"")
    finally:
        connection.close()
