"""kill -9 of a projection-service at random moments, under clients that do everything that makes events: what it serves in
the end, old versions too, is the fold of the log."""

import copy
import random
import resource
import time

import pytest
from taskstream.checks import assert_read_model_equals_fold, await_invariants_of_users
from taskstream.client import NoAnswer
from taskstream.crowd import Crowd
from taskstream.fold import Fold
from taskstream.waiting import wait_until

REFUSED = (404, 409, 410, 412, 422, 423, 428, 503)


class Everybody(Crowd):
    """Clients that create, edit, move, assign, lock and delete the same tasks, register users and deactivate them."""

    def __init__(self, service, clients, seed):
        super().__init__(clients, seed)
        self.done = 0
        self._service = service
        self._tasks = []
        self._users = []

    def _live(self, rng):
        client = self._service.client()
        while not self._stop.is_set():
            answer = self._act(rng, client)
            assert answer is None or answer.status < 300 or answer.status in REFUSED, answer
            self.done += 1
            self._stop.wait(rng.random() * 0.01)

    def _act(self, rng, client):
        if len(self._tasks) < 5 or rng.random() < 0.05:
            answer = client.create(f"Task {rng.random()}", tags=[f"t{rng.randrange(9)}"])
            self._tasks.append(answer.json["taskId"])
            return None
        if len(self._users) < 3 or rng.random() < 0.03:
            self._users.append(client.new_user())
            return None
        # The later ones are few, the first ones hot.
        task, user = self._tasks[min(rng.randrange(len(self._tasks)), rng.randrange(len(self._tasks)))], rng.choice(self._users)
        act = rng.choice([
            lambda: client.edit(task, "*", title=f"Title {rng.random()}"),
            lambda: client.edit(task, "*", description=None, tags=["ä", f"t{rng.randrange(9)}"], priority="URGENT"),
            lambda: client.edit(task, "*", dueDate=f"2999-01-{rng.randrange(1, 29):02}T00:00:00Z", warningOffset=rng.randrange(99)),
            lambda: client.move(task, "*", rng.choice(["IN_PROGRESS", "BLOCKED", "COMPLETED", "NOT_STARTED", "DEFERRED"]), reason="so"),
            lambda: client.assign(task, "*", user),
            lambda: client.unassign(task, "*"),
            lambda: client.lock(task, 1),
            lambda: client.unlock(task),
            lambda: client.delete(task, "*") if rng.random() < 0.1 else client.edit(task, "*", title="Not deleted"),
            lambda: client.deactivate(user) if rng.random() < 0.2 else client.reactivate(user),
        ])
        return act()


class EveryVersion(Fold):
    """Keeps each version of each task that could be folded."""

    def __init__(self, records, partitions):
        self.versions = {}
        super().__init__(records, partitions)

    def _evolve(self, key, stream, record):
        super()._evolve(key, stream, record)
        if stream.task is not None:
            self.versions[key.removeprefix("task/"), stream.version] = copy.deepcopy(stream.task)


@pytest.mark.parametrize("kills", [50, pytest.param(200, marks=pytest.mark.long)])
def test_after_kills_at_random_moments(scene, seed, kills):
    log, rng = scene.file_log(), random.Random(seed)
    service, projection = scene.command_service(log), scene.projection_service(log)
    with Everybody(service, 4, seed) as everybody:
        for _ in range(kills):
            before = everybody.done
            time.sleep(rng.random() * 0.2)  # the random moment
            projection.kill()
            projection.start()
            wait_until(lambda: everybody.done > before, "commands go on")
    await_invariants_of_users(log)  # until then the service takes tasks from who was deactivated
    assert_read_model_equals_fold(projection, log)
    assert_old_versions_equal_fold(projection, log, rng, 300)


def assert_old_versions_equal_fold(projection, log, rng, how_many):
    fold, client = EveryVersion(log.records(), log.partitions), projection.client()
    for task_id, version in rng.sample(sorted(fold.versions), min(how_many, len(fold.versions))):
        stream = fold.tasks[task_id]
        answer = client.get(f"/v1/tasks/{task_id}?version={version}")
        if stream.deleted and version == stream.version:
            assert answer.status == 410
        else:
            assert answer.json == fold.versions[task_id, version], (task_id, version)


def test_a_full_disk_holds_reading_up_only_until_there_is_room(scene, seed):
    """A limit of the size of files stands for a full disk: what would write beyond it fails."""
    log = scene.file_log()
    service, projection = scene.command_service(log), scene.projection_service(log, start=False)
    projection.under("env", "--ignore-signal=XFSZ").start()
    client = service.client()
    task_id = client.create("Task").json["taskId"]
    room = resource.prlimit(projection.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(projection.pid, resource.RLIMIT_FSIZE, (200_000, room[1]))

    def complains():
        try:
            for _ in range(50):
                client.edit(task_id, "*", description=str(random.random()) * 100)
            return projection.client().get("/health/ready").status == 503
        except NoAnswer:
            raise AssertionError("the projection has ended") from None
    wait_until(complains, "the projection says that it cannot write", 60.0)
    assert projection.client().get(f"/v1/tasks/{task_id}").status == 200, "what it holds is served"
    resource.prlimit(projection.pid, resource.RLIMIT_FSIZE, room)
    projection.await_ready(60.0)
    assert_read_model_equals_fold(projection, log)
