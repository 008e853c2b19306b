import json
import threading
import uuid

from .client import NoAnswer
from .crowd import Crowd

AWAY_PAUSE_S = 0.05  # after a refusal or a lost connection: what is coming back needs the processor itself


class Load(Crowd):
    """Clients that write to tasks until they are stopped, each change with a mark of its own, and remember what they
    were told. A change goes to any of the ports; where it was refused or lost, the task's version is read anew."""

    def __init__(self, services, clients, tasks, seed, pause_s=0.0):
        super().__init__(clients, seed)
        self.acknowledged = {}  # mark -> event id
        self.refused = set()    # 503: nothing may have happened
        self.unknown = set()    # 504, or no answer: once or not at all
        self.statuses = {}
        self._services = services
        self._tasks = tasks
        self._pause_s = pause_s
        self._lock = threading.Lock()

    def _live(self, rng):
        clients = [service.client(12.0) for service in self._services]
        versions = {}
        while not self._stop.is_set():
            self._write(rng, rng.choice(clients), rng.choice(self._tasks), versions)
            if self._pause_s:
                self._stop.wait(rng.random() * 2 * self._pause_s)

    def _write(self, rng, client, task_id, versions):
        mark = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        try:
            answer = client.edit(task_id, versions.get(task_id, 1), description=mark)
        except NoAnswer:
            with self._lock:
                self.unknown.add(mark)
                self.statuses["none"] = self.statuses.get("none", 0) + 1
            self._stop.wait(AWAY_PAUSE_S)
            return
        with self._lock:
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            if answer.status == 200:
                self.acknowledged[mark] = answer.event_id
            elif answer.status == 503:
                self.refused.add(mark)
            elif answer.status == 504:
                self.unknown.add(mark)
            else:
                assert answer.status == 412, answer
                self.refused.add(mark)
        if answer.status == 200:
            versions[task_id] = answer.version
        elif answer.status == 412:
            versions[task_id] = answer.json["currentVersion"]
        elif answer.status == 503:
            self._stop.wait(AWAY_PAUSE_S)

    def assert_kept_by(self, fold):
        """Every acknowledged write is there once, every refused one not at all, and nothing twice. Of the load's own tasks:
        a test may have written to others meanwhile."""
        seen = {}
        for stream in (fold.tasks[task] for task in self._tasks):
            for event in stream.accepted:
                for mark in marks_of(event):
                    seen.setdefault(mark, []).append(event.event_id)
        twice = {mark: ids for mark, ids in seen.items() if len(ids) > 1}
        assert not twice, f"written twice: {twice}"
        lost = {mark: event for mark, event in self.acknowledged.items() if seen.get(mark) != [event]}
        assert not lost, f"acknowledged, but not in the log as acknowledged: {lost}"
        ghosts = self.refused & seen.keys()
        assert not ghosts, f"refused, and yet in the log: {ghosts}"
        strangers = seen.keys() - self.acknowledged.keys() - self.unknown
        assert not strangers, f"in the log, and sent by nobody: {strangers}"


def marks_of(event):
    if event.type != "taskstream.task.edited.v1":
        return []
    return [json.loads(event.record.value)["changes"].get("description")]
