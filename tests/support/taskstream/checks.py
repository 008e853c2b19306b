import hashlib

from .fold import Fold
from .waiting import TimedOut, wait_until

FOLDS = 5  # of a log that goes on growing


def await_caught_up(projection, timeout_s=60.0):
    """Until the projection has everything that the log holds now."""
    client = projection.client()

    def caught_up():
        answer = client.get("/v1/projection")
        return answer.status == 200 and answer.json["lagRecords"] == 0
    wait_until(caught_up, f"{projection.name} has caught up", timeout_s)


def assert_read_model_equals_fold(projection, log):
    """Every task, history and user that the projection serves, held against a fold of the log by separate code. Services
    append by themselves too (a task is taken from who is deactivated): what differs counts where the log has not grown."""
    for attempt in range(FOLDS):
        records = log.records()
        try:
            return _assert_equals_fold(projection, log, records)
        except AssertionError:
            if attempt == FOLDS - 1 or ends_of(log.records(), log.partitions) == ends_of(records, log.partitions):
                raise


def _assert_equals_fold(projection, log, records):
    fold = Fold(records, log.partitions)
    assert fold.tasks, "the log holds no task: there is nothing to compare"
    client = projection.client()

    def reached_the_end():
        answer = client.get("/v1/projection")
        positions = answer.json["position"] if answer.status == 200 else []
        ends = ends_of(log.records(), log.partitions)
        return all(at >= end for at, end in zip(positions, ends)) and len(positions) == log.partitions
    wait_until(reached_the_end, f"{projection.name} has reached the end of the log", 60.0)

    served = {task["taskId"]: task for task in client.pages("/v1/tasks?limit=200")}
    expected = {task_id: stream for task_id, stream in fold.tasks.items() if stream.task and not stream.deleted}
    assert served.keys() == expected.keys()
    for task_id, stream in expected.items():
        shown = dict(served[task_id])
        quarantined = shown.pop("quarantined", None)
        assert shown == stream.task
        assert (quarantined["version"] if quarantined else None) == stream.quarantined
    for task_id, stream in fold.tasks.items():
        if stream.deleted:
            assert client.get(f"/v1/tasks/{task_id}").status == 410
        assert_history_equals(client, task_id, stream)
    assert_users_equal(client, fold)
    return fold


def assert_users_equal(client, fold):
    served = {user["userId"]: user for user in client.pages("/v1/users?limit=200")}
    expected = {user_id: stream for user_id, stream in fold.users.items() if stream.user}
    assert served.keys() == expected.keys()
    for user_id, stream in expected.items():
        shown = dict(served[user_id])
        quarantined = shown.pop("quarantined", None)
        assert shown == stream.user
        assert (quarantined["version"] if quarantined else None) == stream.quarantined


def assert_history_equals(client, task_id, stream):
    history = client.pages(f"/v1/tasks/{task_id}/history?limit=200")
    foldable = [event for event in stream.accepted if stream.quarantined is None or event.version < stream.quarantined]
    assert [(item["version"], item["eventId"], item["type"]) for item in history[:len(foldable)]] == \
        [(event.version, event.event_id, event.type) for event in foldable]
    assert stream.quarantined is not None or len(history) == len(foldable)


def assert_invariants_of_users(log):
    """Once things are quiet: who uses an address holds it, nobody else does, and no open task is with an inactive user."""
    fold = Fold(log.records(), log.partitions)
    users = {user_id: stream.user for user_id, stream in fold.users.items() if stream.user}
    held = {key.removeprefix("email/"): stream.claimed_by for key, stream in fold.streams.items()
            if key.startswith("email/") and stream.claimed_by}
    used = {hashlib.sha256(user["email"].lower().encode()).hexdigest(): user_id for user_id, user in users.items()}
    assert len(used) == len(users), "two users with one address"
    assert held == used, f"held, or used, but not both: {held.items() ^ used.items()}"
    for stream in fold.tasks.values():
        is_open = stream.task and not stream.deleted and stream.task["status"] not in ("COMPLETED", "CANCELLED")
        assignee = stream.task["assigneeId"] if is_open else None
        assert assignee is None or users[assignee]["active"], f"open, and with an inactive user: {stream.task}"
    return fold


def await_invariants_of_users(log):
    """The services see to what does not hold yet by themselves, some seconds later where one of them has died."""
    last = []

    def holds():
        try:
            return assert_invariants_of_users(log)
        except AssertionError as error:
            last[:] = [error]
            return None
    try:
        return wait_until(holds, "what has to hold of users holds")
    except TimedOut:
        raise last[0] from None


def ends_of(records, partitions):
    ends = [0] * partitions
    for record in records:
        ends[record.partition] = max(ends[record.partition], record.offset + 1)
    return ends


def assert_refuses(service, *words):
    """The service ends by itself, and says why."""
    service.launch()
    assert service.await_exit() != 0
    for word in words:
        assert word in service.said(), f"{word!r} is not in what {service.name} said:\n{service.said()}"
