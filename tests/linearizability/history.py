"""Operations as the checker reads them: what was asked, what was answered, and when."""

import json
import time
from collections import Counter


class History:
    """Many threads add to it."""

    def __init__(self):
        self._operations = []
        self.counts = Counter()

    def add(self, client, call, returned, request, answer):
        self._operations.append({"client": client, "call": call, "return": returned, "request": request, "answer": answer})
        self.counts[_kind_of(answer)] += 1

    def leave_out(self, why):
        """What happened to nothing: the checker refuses a history in which it did all the same."""
        self.counts[why] += 1

    @property
    def made(self):
        """How many events were acknowledged."""
        return self.counts["made"]

    def write(self, path):
        with open(path, "w") as file:
            for operation in sorted(self._operations, key=lambda operation: operation["call"]):
                print(json.dumps(operation), file=file)

    def __str__(self):
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items(), key=str))


def _kind_of(answer):
    if answer is None:
        return "unknown"
    if answer.get("replayed"):
        return "replayed"
    return "made" if answer.get("eventId") else str(answer["status"])


def now():
    return time.monotonic_ns()


def answer_of(http):
    """What the model speaks of, in an answer that says what became of the request."""
    answer = {"status": http.status}
    if http.event_id:
        answer["eventId"] = http.event_id
    if http.headers.get("Idempotency-Replayed") == "true":
        answer["replayed"] = True
    task = None
    if http.status in (200, 201):
        task = http.json
        assert http.version == task["version"], http
    elif http.status == 412:
        task = http.json["current"]
        assert http.json["currentVersion"] == task["version"], http
    if task:
        answer.update(version=task["version"], title=task["title"], description=task["description"] or "")
    return answer
