"""The state file of a command-service: killed in the middle of saving, of another log, damaged, used by another process."""

import random
import time
import uuid

from taskstream.checks import assert_read_model_equals_fold
from taskstream.client import NoAnswer
from taskstream.fold import Fold
from taskstream.waiting import wait_until

KILLS = 8


def set_aside(scene, why):
    return [path for path in scene.folder.glob(f"*.state.{why}-*") if not path.name.endswith(("-wal", "-shm"))]


def ask_until_answered(service, ask):
    """Asks again whatever became of the request before, as a client with a key does."""
    def answered():
        try:
            answer = ask(service.client(10.0))
        except NoAnswer:
            return None
        return answer if answer.status < 500 and answer.status != 409 else None
    return wait_until(answered, "an answer that is no 5xx", 40.0)


def test_keys_are_remembered_over_kills_and_stops(scene, log):
    """Each command is sent twice, the second time to a process that was killed or stopped in between."""
    service = scene.command_service(log)
    projection = scene.projection_service(log)
    rng = random.Random(4)
    expected = {}
    for round_number in range(KILLS):
        sent = []
        for _ in range(10):
            key = {"Idempotency-Key": str(uuid.uuid4())}
            created = ask_until_answered(service, lambda client: client.create("Task", key))
            task_id = created.json["taskId"]
            edit = {"Idempotency-Key": str(uuid.uuid4())}
            edited = ask_until_answered(service, lambda client: client.edit(task_id, 1, edit, title="Edited"))
            sent.append((key, edit, created, edited))
            expected[task_id] = 2
        time.sleep(rng.random() * 0.6)  # a moment before, in the middle of, or after a save
        service.kill() if round_number % 2 else service.terminate()
        service.start()
        for key, edit, created, edited in sent:
            task_id = created.json["taskId"]
            again = ask_until_answered(service, lambda client: client.create("Task", key))
            assert (again.event_id, again.headers["Idempotency-Replayed"]) == (created.event_id, "true"), again
            again = ask_until_answered(service, lambda client: client.edit(task_id, 1, edit, title="Edited"))
            assert (again.event_id, again.headers["Idempotency-Replayed"]) == (edited.event_id, "true"), again
    fold = Fold(log.records(), log.partitions)
    assert {task: stream.version for task, stream in fold.tasks.items()} == expected
    assert_read_model_equals_fold(projection, log)


def test_the_file_of_another_log_is_refused(scene):
    first, second = scene.file_log(), f"file:{scene.folder / 'other.log'}"
    state = scene.folder / "one.state"
    service = scene.command_service(first, "--state", state)
    created = service.client().create("Task")
    assert service.terminate() == 0
    other = scene.command_service(second, "--state", state, start=False).launch()
    assert other.await_exit() == 1
    assert "was made from the log" in other.said() and "--state" in other.said()
    service.start()
    assert service.client().get(f"/v1/tasks/{created.json['taskId']}").status == 200


def test_a_second_process_is_refused(scene):
    log = scene.file_log()
    state = scene.folder / "one.state"
    service = scene.command_service(log, "--state", state)
    other = scene.command_service(log, "--state", state, start=False).launch()
    assert other.await_exit() == 1
    assert "Another process uses the state file" in other.said()
    assert service.client().create("Task").status == 201


def test_a_damaged_file_is_set_aside_and_made_anew(scene):
    log = scene.file_log()
    service = scene.command_service(log)
    key = {"Idempotency-Key": "first"}
    created = service.client().create("Task", key)
    service.kill()
    state = scene.folder / f"{service.name}.state"
    for path in scene.folder.glob(f"{service.name}.state*"):
        path.write_bytes(b"\xee" * 50_000)
    service.start()
    assert len(set_aside(scene, "damaged")) == 1 and state.exists()
    again = service.client().create("Task", key)
    assert again.event_id == created.event_id and again.headers["Idempotency-Replayed"] == "true"


def test_a_file_that_breaks_in_use_stops_the_service_and_is_made_anew(scene):
    """Every page of it is overwritten below the running process, which must not go on with what it then reads."""
    log = scene.file_log()
    service = scene.command_service(log, "--memory-budget-mb", 16)
    created = [service.client().create("Task", description="x" * 1_000).json["taskId"] for _ in range(100)]
    service.terminate()
    service.start()  # nothing is in memory now
    for path in scene.folder.glob(f"{service.name}.state*"):
        if not path.name.endswith((".lock", "-shm")):
            with open(path, "r+b") as file:
                file.write(b"\xee" * path.stat().st_size)
    try:
        for task_id in created:
            service.client(5.0).edit(task_id, 1, title="Edited")
    except NoAnswer:
        pass
    assert service.await_exit() == 1
    assert "start the service again" in service.said()
    service.start()
    assert service.client().get(f"/v1/tasks/{created[0]}").status == 200
    assert len(set_aside(scene, "damaged")) == 1
