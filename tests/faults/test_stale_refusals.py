"""An instance whose tail lags behind never refuses, or says that nothing changes, or reads, on what it happens to know."""

import threading
import uuid

import pytest
from taskstream.waiting import wait_until

READS = 1_000
HELD_S = 0.5


@pytest.fixture
def pair(scene, proxied):
    """Instance A at the broker, instance B behind the proxy."""
    direct, through, proxy = proxied
    log = scene.topic_on(direct)
    a = scene.command_service(log)
    before = proxy.fetching_connections
    b = scene.command_service(f"kafka://{through.address}/{log.topic}")
    assert proxy.fetching_connections > before, "the tail of B does not go through the proxy"
    yield a.client(), b.client(), proxy
    proxy.release()
    proxy.delay(0.0)


class InBackground(threading.Thread):
    def __init__(self, request):
        super().__init__()
        self.answer = None
        self._request = request
        self.start()

    def run(self):
        self.answer = self._request()


def held_back(proxy, prepare, ask):
    """B's tail is held back, A does `prepare`, B is asked: it must not answer before its tail is there again."""
    proxy.hold()
    try:
        prepare()
        asked = InBackground(ask)
        asked.join(HELD_S)
        assert asked.is_alive(), f"answered on what it knew by chance: {asked.answer}"
    finally:
        proxy.release()
    asked.join(10.0)
    assert asked.answer is not None
    return asked.answer


def test_refusals_wait_for_the_end_of_the_log(pair):
    a, b, proxy = pair
    created = a.create("Task")
    task_id = created.json["taskId"]
    wait_until(lambda: b.get(f"/v1/tasks/{task_id}").status == 200, "B has the task")

    # At version 1 this transition would be refused; at version 2, which A makes, it is right.
    answer = held_back(proxy, lambda: a.move(task_id, 1, "IN_PROGRESS"), lambda: b.move(task_id, "*", "COMPLETED"))
    assert answer.status == 200 and answer.version == 3, answer

    # To the status that B knows: nothing would change. A has reopened it meanwhile.
    answer = held_back(proxy, lambda: a.move(task_id, 3, "IN_PROGRESS"), lambda: b.move(task_id, "*", "COMPLETED"))
    assert answer.status == 200 and answer.version == 5 and answer.event_id, answer

    # The version that the client names lies ahead of what B knows: no conflict.
    answer = held_back(proxy, lambda: a.move(task_id, 5, "IN_PROGRESS"), lambda: b.edit(task_id, 6, title="Renamed"))
    assert answer.status == 200 and answer.version == 7, answer

    # A task that B has not heard of exists nevertheless.
    other = str(uuid.uuid4())
    answer = held_back(proxy, lambda: a.put(other, "Other"), lambda: b.edit(other, "*", title="Renamed"))
    assert answer.status == 200 and answer.version == 2, answer
    third = str(uuid.uuid4())
    answer = held_back(proxy, lambda: a.put(third, "Third"), lambda: b.get(f"/v1/tasks/{third}"))
    assert answer.status == 200, answer

    # A refusal that is right stays one, and shows the newest state.
    answer = held_back(proxy, lambda: a.edit(third, 1, title="Newer"), lambda: b.put(third, "Third again"))
    assert (answer.status, answer.json["currentVersion"], answer.json["current"]["title"]) == (412, 2, "Newer"), answer


def test_a_version_that_lies_behind_is_refused_without_asking(pair):
    a, b, proxy = pair
    task_id = a.create("Task").json["taskId"]
    assert b.edit(task_id, 1, title="Two").status == 200
    proxy.hold()
    asked = InBackground(lambda: b.edit(task_id, 1, title="Three"))
    asked.join(5.0)
    proxy.release()
    asked.join(10.0)
    assert asked.answer.status == 412, asked.answer


def test_a_strong_read_at_the_other_instance_returns_the_write(pair):
    a, b, proxy = pair
    proxy.delay(0.01)
    task_id, version = a.create("Task").json["taskId"], 1
    for i in range(READS):
        written = a.edit(task_id, version, description=f"change {i}")
        assert written.status == 200, written
        version = written.version
        read = b.get(f"/v1/tasks/{task_id}")
        assert (read.version, read.json) == (version, written.json)
