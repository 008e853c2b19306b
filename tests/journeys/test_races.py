"""Many clients, two instances, few tasks: somebody wins each version, and only one."""

import threading
from collections import defaultdict

from taskstream.checks import assert_read_model_equals_fold
from taskstream.client import Client

CLIENTS = 32
WRITES = 5_000
TASKS = 4


class Racer(threading.Thread):
    def __init__(self, number, ports, tasks, writes):
        super().__init__()
        self.wins = []  # (task id, version, event id)
        self.statuses = defaultdict(int)
        self.failure = None
        self._number = number
        self._clients = [Client(port) for port in ports]
        self._tasks = tasks
        self._writes = writes

    def run(self):
        try:
            known = {task_id: 1 for task_id in self._tasks}
            for i in range(self._writes):
                task_id = self._tasks[(self._number + i) % len(self._tasks)]
                client = self._clients[(self._number + i // len(self._tasks)) % len(self._clients)]
                answer = client.edit(task_id, known[task_id], description=f"{self._number}-{i}")
                self.statuses[answer.status] += 1
                if answer.status == 200:
                    assert answer.version == known[task_id] + 1
                    self.wins.append((task_id, answer.version, answer.event_id))
                    known[task_id] = answer.version
                else:
                    assert answer.status == 412, answer
                    assert answer.json["currentVersion"] > known[task_id]
                    known[task_id] = answer.json["currentVersion"]
        except Exception as error:  # told by the test, which waits for this thread
            self.failure = error


def test_for_each_version_exactly_one_of_many_writers_succeeds(scene, log):
    services = [scene.command_service(log), scene.command_service(log)]
    projection = scene.projection_service(log)
    tasks = [services[0].client().create(f"Task {i}").json["taskId"] for i in range(TASKS)]
    ports = [service.port for service in services]
    share, rest = divmod(WRITES, CLIENTS)
    racers = [Racer(i, ports, tasks, share + (i < rest)) for i in range(CLIENTS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    failures = [racer.failure for racer in racers if racer.failure]
    assert not failures, failures
    assert sum(sum(racer.statuses.values()) for racer in racers) == WRITES

    winners = defaultdict(list)
    for racer in racers:
        for task_id, version, event_id in racer.wins:
            winners[task_id, version].append(event_id)
    assert all(len(events) == 1 for events in winners.values()), "two writers were told that they made the same version"
    assert len(winners) >= WRITES // CLIENTS, "hardly anybody won: the race shows nothing"
    assert sum(racer.statuses[412] for racer in racers) > 0, "nobody lost: the race shows nothing"

    assert_read_model_equals_fold(projection, log)
    queries = projection.client()
    for task_id in tasks:
        history = queries.pages(f"/v1/tasks/{task_id}/history?limit=200")
        assert [item["version"] for item in history] == list(range(1, len(history) + 1))
        assert [item["eventId"] for item in history[1:]] == \
            [winners.pop((task_id, version))[0] for version in range(2, len(history) + 1)]
    assert not winners, "acknowledged, but not in the history"
