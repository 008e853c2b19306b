"""The read model is built anew beside the one that is served, and takes its place: while clients read and write, killed at
any moment, beside a process of an older release."""

import fcntl
import random
import sqlite3
import time

import pytest
from taskstream.checks import assert_read_model_equals_fold, await_caught_up
from taskstream.client import NoAnswer
from taskstream.crowd import Crowd
from taskstream.followers import DeltaFollower, StreamFollower
from taskstream.load import Load
from taskstream.long_log import append_tasks, task_id
from taskstream.waiting import wait_until

TASKS = 20_000


def name_of(scene, projection):
    return scene.folder / f"{projection.name}.db"


def generations(name):
    """The files beside the name, without journals and locks."""
    return sorted(path.name for path in name.parent.glob(f"{name.name}.*") if path.suffix[1:].isdigit())


def set_schema(file, number):
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (str(number),))
    connection.close()


def rebuild_of(client):
    return client.get("/v1/projection").json.get("rebuild")


def rebuild(client, timeout_s=90.0):
    """Asks for one, and waits until it is over."""
    asked = client.request("POST", "/v1/projection/rebuild")
    assert asked.status == 202 and asked.headers["Location"] == "/v1/projection", asked
    assert set(asked.json) == {"done", "total", "startedAt"}
    wait_until(lambda: rebuild_of(client) is None, "the rebuild is over", timeout_s)


@pytest.fixture
def long_log(scene):
    """A log with many tasks, and a command-service at work on it."""
    log = scene.file_log()
    service = scene.command_service(log)
    service.terminate()
    append_tasks(log, 1, TASKS)
    service.start(120.0)
    return log, service


class Readers(Crowd):
    """Clients each of which sends the token of its last answer with every request, and checks that nothing goes back."""

    def __init__(self, projection, tasks, clients, seed):
        super().__init__(clients, seed)
        self.answers = 0
        self._projection = projection
        self._tasks = tasks

    def _live(self, rng):
        client, token, versions = self._projection.client(), None, {}
        while not self._stop.is_set():
            task = rng.choice(self._tasks)
            path = rng.choice([f"/v1/tasks/{task}", "/v1/tasks?limit=5", f"/v1/tasks/{task}/history?limit=2",
                               f"/v1/tasks/{task}?version=1", "/v1/projection"])
            answer = client.get(path, **({"Consistency_Token": token} if token else {}))
            assert answer.status == 200, answer
            token = answer.token
            self.answers += 1
            if path == f"/v1/tasks/{task}":
                assert answer.version >= versions.get(task, 0), "a version went back"
                versions[task] = answer.version


def test_no_request_fails_while_the_model_is_replaced(scene, long_log, seed):
    log, service = long_log
    projection = scene.projection_service(log)
    client, name = projection.client(), name_of(scene, projection)
    before, token = generations(name), client.get("/v1/projection").token
    tasks = [task_id(number) for number in range(1, 20)]
    with Load([service], clients=2, tasks=tasks, seed=seed) as load, Readers(projection, tasks, 3, seed) as readers:
        for _ in range(3):
            rebuild(client)
        wait_until(lambda: load.acknowledged, "something was written meanwhile")
        seen = readers.answers
        wait_until(lambda: readers.answers > seen + 20, "readers go on afterwards")
    assert len(generations(name)) == 1 and generations(name) != before
    assert client.get("/v1/projection", Consistency_Token=token).status == 200
    load.assert_kept_by(assert_read_model_equals_fold(projection, log))


class Copies(Crowd):
    """Clients that keep a copy: each hears of changes on a stream that stays open, and follows them page by page too."""

    def __init__(self, projection, size, seed):
        super().__init__(size, seed)
        self.streams = [StreamFollower() for _ in range(size)]
        self.pages = [DeltaFollower() for _ in range(size)]
        self._projection = projection
        self._free = list(zip(self.streams, self.pages))

    def _live(self, rng):
        stream, pages = self._free.pop()
        client = self._projection.client()
        stream.begin_with_everything(client)

        def over():
            pages.read_page(client, limit=rng.choice([1, 10, 200]))
            return self._stop.is_set()
        stream.follow(self._projection, over, patience_s=300.0)


def test_copies_go_on_through_rebuilds(scene, seed):
    log = scene.file_log()
    service, projection = scene.command_service(log), scene.projection_service(log)
    client = projection.client()
    tasks = [service.client().create(f"Task {i}").json["taskId"] for i in range(30)]
    await_caught_up(projection)
    with Load([service], clients=2, tasks=tasks, seed=seed, pause_s=0.005), Copies(projection, 3, seed) as copies:
        for _ in range(8):
            heard = copies.streams[0].events
            rebuild(client)
            wait_until(lambda: copies.streams[0].events > heard, "the stream goes on", 30.0)
    await_caught_up(projection)
    listed = {task["taskId"]: task for task in client.pages("/v1/tasks?limit=200")}
    for stream, pages in zip(copies.streams, copies.pages):
        stream.follow(projection, lambda: stream.tasks == listed, patience_s=10.0)
        pages.read_to_end(client)
        pages.read_to_end(client)
        assert stream.tasks == pages.tasks == listed


def test_one_rebuild_at_a_time_says_how_far_it_is(scene, long_log):
    log, _ = long_log
    projection = scene.projection_service(log)
    client = projection.client()
    assert client.request("POST", "/v1/projection/rebuild?now=1").status == 422
    assert client.request("POST", "/v1/projection/rebuild").status == 202
    again = client.request("POST", "/v1/projection/rebuild")
    assert (again.status, again.code) == (409, "IN_PROGRESS") and again.headers["Retry-After"]
    seen = []

    def over():
        seen.append(rebuild_of(client))
        return seen[-1] is None
    wait_until(over, "the rebuild is over", 90.0)
    assert [each["done"] for each in seen[:-1]] == sorted(each["done"] for each in seen[:-1])
    assert all(0 <= each["done"] <= each["total"] for each in seen[:-1])
    assert any(each["done"] > 0 for each in seen[:-1])
    assert "found every row as it was written" in projection.said()


@pytest.mark.parametrize("kills", [6, pytest.param(40, marks=pytest.mark.long)])
def test_a_rebuild_that_is_killed_leaves_a_good_model(scene, long_log, seed, kills):
    log, service = long_log
    projection = scene.projection_service(log)
    name, rng = name_of(scene, projection), random.Random(seed)
    begin = time.monotonic()
    rebuild(projection.client())
    takes_s = time.monotonic() - begin
    for _ in range(kills):
        assert projection.client().request("POST", "/v1/projection/rebuild").status == 202
        time.sleep(rng.random() * takes_s * 1.2)  # the random moment
        projection.kill()
        projection.start()
        assert len(generations(name)) == 1
        answer = service.client().create("Still here")
        read = projection.client().get(answer.headers["Location"], Consistency_Token=answer.token)
        assert read.json == answer.json
    await_caught_up(projection)
    assert projection.client().get("/v1/tasks?include=total&limit=1").json["total"] == TASKS + kills


def test_a_model_of_an_older_release_is_built_anew(scene, long_log):
    log, _ = long_log
    projection = scene.projection_service(log)
    name = name_of(scene, projection)
    old = name.resolve()
    assert projection.terminate() == 0
    set_schema(old, 1)
    projection.launch()
    projection.await_listening()
    unready = projection.client().get("/health/ready")
    if unready.status != 200:
        assert projection.client().get("/v1/tasks").code in ("STARTING", "READ_MODEL_BUILDING")
    projection.await_ready(90.0)
    assert not old.exists() and name.resolve() != old and "of an older release" in projection.said()
    assert projection.client().get("/v1/tasks?include=total&limit=1").json["total"] == TASKS


def test_newer_code_builds_beside_an_older_process(scene, long_log):
    """The older process is stood for by the lock that it would hold."""
    log, _ = long_log
    projection = scene.projection_service(log)
    name = name_of(scene, projection)
    old = name.resolve()
    projection.terminate()
    set_schema(old, 1)
    with open(f"{old}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        projection.start(90.0)
        assert name.resolve() != old
        assert old.exists(), "the older process still serves it"
        rebuild(projection.client())
        assert old.exists()
    rebuild(projection.client())
    assert generations(name) == [name.resolve().name]


def test_a_model_that_another_process_serves_is_refused(scene):
    log = scene.file_log()
    scene.command_service(log)
    projection = scene.projection_service(log)
    other = scene.projection_service(log, "--read-model", name_of(scene, projection), start=False).launch()
    assert other.await_exit() == 1 and "Another process uses the read model" in other.said()


def test_another_logs_model_of_an_older_release_is_refused(scene):
    """It is not replaced by a model of the wrong log."""
    log, other_log = scene.file_log(), f"file:{scene.folder / 'other.log'}"
    scene.command_service(log)
    scene.command_service(other_log)
    projection = scene.projection_service(log)
    name = name_of(scene, projection)
    projection.terminate()
    set_schema(name.resolve(), 1)
    other = scene.projection_service(other_log, "--read-model", name, start=False).launch()
    assert other.await_exit() == 1 and "correct --log" in other.said()
    assert name.exists()


def test_a_file_under_the_name_itself_is_taken_and_gives_way_at_the_first_rebuild(scene):
    log = scene.file_log()
    commands = scene.command_service(log).client()
    projection = scene.projection_service(log)
    name = name_of(scene, projection)
    created = commands.create("Task")
    path = created.headers["Location"]
    assert projection.client().get(path, Consistency_Token=created.token).status == 200
    projection.terminate()
    target = name.resolve()
    name.unlink()
    for suffix in ("-wal", "-shm", ""):  # as if it had always been there
        if target.with_name(target.name + suffix).exists():
            target.with_name(target.name + suffix).rename(name.with_name(name.name + suffix))
    projection.start()
    assert not name.is_symlink() and projection.client().get(path).json == created.json
    rebuild(projection.client())
    assert name.is_symlink() and projection.client().get(path).json == created.json
    assert not name.with_name(name.name + "-wal").exists()
    projection.kill()
    projection.start()
    assert projection.client().get(path).json == created.json


def test_rebuild_at_the_start_serves_what_is_there_meanwhile(scene, long_log):
    log, _ = long_log
    plain = scene.projection_service(log)
    name = name_of(scene, plain)
    plain.terminate()
    old = name.resolve()
    projection = scene.projection_service(log, "--read-model", name, "--rebuild")
    client = projection.client()
    assert client.get("/v1/tasks?include=total&limit=1").json["total"] == TASKS
    wait_until(lambda: name.resolve() != old and rebuild_of(client) is None, "it is rebuilt", 90.0)
    assert client.get("/v1/tasks?include=total&limit=1").json["total"] == TASKS


def test_a_rebuild_keeps_to_its_memory(scene, long_log):
    log, _ = long_log
    projection = scene.projection_service(log, "--rebuild-memory-mb", 64)
    idle = projection.peak_memory_mib()
    rebuild(projection.client())
    assert projection.peak_memory_mib() < idle + 64 + 100  # the model that catches up has caches of its own


def test_sigterm_ends_a_rebuild(scene, long_log):
    log, _ = long_log
    projection = scene.projection_service(log)
    name = name_of(scene, projection)
    assert projection.client().request("POST", "/v1/projection/rebuild").status == 202
    wait_until(lambda: len(generations(name)) == 2, "it has begun")
    assert projection.terminate() == 0
    assert len(generations(name)) == 1
    try:
        projection.client(2.0).get("/health/live")
        raise AssertionError("it still answers")
    except NoAnswer:
        pass
