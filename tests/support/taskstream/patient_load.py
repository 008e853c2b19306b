"""Writers that do what a client should: each write has an Idempotency-Key, and is sent again with it until it succeeds."""

import threading
import time
import uuid
from collections import Counter

from .client import NoAnswer
from .crowd import Crowd
from .load import marks_of

PAUSE_S = 0.1       # before a write is sent again
GIVEN_UP_S = 180.0  # a write that is still not through has failed the test


class PatientLoad(Crowd):
    """Each writer has a task of its own and edits it at a steady pace, however long a single write takes: what could not be
    written in time is made up for. `acknowledged` tells which event each mark was answered with. A seed gives the same moments, and
    never the same keys: one log sees it twice when a test is run again, or another one with it."""

    def __init__(self, connect, writers, writes_per_s, seed):
        super().__init__(writers, seed)
        self.acknowledged = {}
        self.tasks = []
        self.answers = Counter()
        self.longest_s = 0.0
        self.title = f"under load {seed} {uuid.uuid4()}"
        self._connect = connect
        self._interval_s = writers / writes_per_s
        self._lock = threading.Lock()

    @property
    def done(self):
        return len(self.acknowledged)

    def _live(self, rng):
        client = self._connect()
        created = self._succeed(lambda key: client.create(self.title, {"Idempotency-Key": key}))
        task, version = created.json["taskId"], created.version
        with self._lock:
            self.tasks.append(task)
        due = time.monotonic() + rng.random() * self._interval_s
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due += self._interval_s
            mark = str(uuid.uuid4())
            answer = self._succeed(lambda key: client.edit(task, version, {"Idempotency-Key": key}, description=mark))
            version = answer.version
            with self._lock:
                self.acknowledged[mark] = answer.event_id

    def _succeed(self, write):
        key, begun = str(uuid.uuid4()), time.monotonic()
        while True:
            try:
                answer = write(key)
                status = answer.status
            except NoAnswer:
                answer, status = None, "none"
            took = time.monotonic() - begun
            with self._lock:
                self.answers[status] += 1
                self.longest_s = max(self.longest_s, took)
            if status in (200, 201):
                return answer
            # In progress: what was sent before is still under way.
            expected = status in (502, 503, 504, "none") or answer.code == "IN_PROGRESS"
            assert expected and took < GIVEN_UP_S, (status, answer, f"after {took:.0f} s")
            time.sleep(PAUSE_S)

    def assert_kept_by(self, fold):
        """Nothing lost, nothing doubled: each acknowledged write is one accepted event, the one that was named; and there is
        no other. Every write was acknowledged in the end."""
        seen = {}
        for task in self.tasks:
            for event in fold.tasks[task].accepted:
                for mark in marks_of(event):
                    seen.setdefault(mark, []).append(event.event_id)
        doubled = {mark: ids for mark, ids in seen.items() if len(ids) > 1}
        assert not doubled, f"written twice: {doubled}"
        lost = {mark: event for mark, event in self.acknowledged.items() if seen.get(mark) != [event]}
        assert not lost, f"acknowledged, but not in the log as acknowledged: {lost}"
        strangers = seen.keys() - self.acknowledged.keys()
        assert not strangers, f"in the log, and acknowledged to nobody: {strangers}"
        created = [task for task, stream in fold.tasks.items() if stream.task and stream.task["title"] == self.title]
        assert sorted(created) == sorted(self.tasks), "a task was created twice, or not at all"

    def report(self, what, seconds):
        asked = sum(self.answers.values())
        print(f"{what}: {self.done} writes in {seconds:.0f} s, {self.done / seconds:.0f} a second; asked {asked} times, "
              f"answers {dict(self.answers)}, the longest took {self.longest_s:.1f} s")
