"""Clients that do at random whatever one can do to a task, to a few tasks at once, and write down what they were told."""

import random
import threading
import uuid

from history import answer_of, now
from taskstream.client import NoAnswer

HOT_TASKS = 3
PAUSE_S = 0.01
AWAY_PAUSE_S = 0.1  # after a refusal or a lost connection: what is coming back needs the processor itself
PATIENCE_S = 4.5    # longer than a pause, so that what a paused service answers late is heard by some
ATTEMPTS = 4        # with one Idempotency-Key

# What is done how often.
MIX = {"edit what I saw": 40, "read": 22, "edit whatever is there": 12, "edit, merging": 8, "say what is there": 8,
       "edit what is to come": 3, "create": 3, "delete": 0.4}


class HotTasks:
    """A few ids. One that was deleted makes room for the next."""

    def __init__(self, seed):
        self._lock = threading.Lock()
        self._seed = seed
        self._made = 0
        self._ids = [self._next() for _ in range(HOT_TASKS)]

    def any(self, rng):
        return rng.choice(self._ids)

    def is_gone(self, task_id):
        with self._lock:
            if task_id in self._ids:
                self._ids[self._ids.index(task_id)] = self._next()

    def _next(self):
        self._made += 1
        return str(uuid.UUID(int=random.Random(f"{self._seed} task {self._made}").getrandbits(128), version=4))


class RandomClient(threading.Thread):
    def __init__(self, number, clients, services, tasks, history, seed):
        super().__init__()
        self.failure = None
        self._number = number
        self._lane = number  # an operation that stays open keeps its lane in the picture; the client goes on in another
        self._lanes = clients
        self._rng = random.Random(f"{seed} client {number}")
        self._services = [service.client(PATIENCE_S) for service in services]
        self._tasks = tasks
        self._history = history
        self._seen = {}  # task id -> the last version, title and description that this client was shown
        self._marks = 0
        self._over = threading.Event()

    def end(self):
        self._over.set()

    def run(self):
        try:
            while not self._over.is_set():
                self._do_something()
                self._over.wait(self._rng.random() * 2 * PAUSE_S)
        except Exception as error:  # told by who waits for this thread
            self.failure = error
        for service in self._services:
            service.close()

    def read(self, task_id):
        return self._ask({"task": task_id, "kind": "read"})

    def _do_something(self):
        task_id = self._tasks.any(self._rng)
        what = self._rng.choices(list(MIX), MIX.values())[0]
        if task_id not in self._seen:
            what = self._rng.choice(["create", "read"])
        request = {"task": task_id, **self._request(what, task_id)}
        if request["kind"] in ("create", "edit") and self._rng.random() < 0.25:
            self._ask_with_a_key(request)
        else:
            self._ask(request)

    def _request(self, what, task_id):
        version, title, description = self._seen.get(task_id, (0, "", ""))
        if what in ("read", "create"):
            return {"kind": "read"} if what == "read" else {"kind": "create", "title": self._mark()}
        if what == "delete":
            return {"kind": "delete", "expect": self._rng.choice([version, None])}
        if what == "say what is there":
            return {"kind": "edit", "expect": self._rng.choice([version, None]), "title": title}
        expect = {"edit whatever is there": None, "edit what is to come": version + 1}.get(what, version)
        return {"kind": "edit", "expect": expect, "merge": what == "edit, merging", **self._changes()}

    def _changes(self):
        fields = self._rng.choice([["title"], ["description"], ["title", "description"]])
        return {field: self._mark() for field in fields}

    def _mark(self):
        """A text that nobody else writes."""
        self._marks += 1
        return f"{self._number}-{self._marks}"

    def _ask_with_a_key(self, request):
        """Asks until the outcome is known; at times once more, to see the replay."""
        request = {**request, "key": f"key-{self._number}-{self._marks}-{self._rng.getrandbits(24)}"}
        for _ in range(ATTEMPTS):
            if self._ask(request) and self._rng.random() < 0.7:
                return

    def _ask(self, request):
        """Answers whether it is known what became of it."""
        call = now()
        try:
            http = send(self._rng.choice(self._services), request)
        except NoAnswer as error:
            if isinstance(error.__cause__, ConnectionRefusedError) or request["kind"] == "read":
                self._history.leave_out("not sent, or a read without answer")
            else:
                self._add_unknown(call, request)
            self._over.wait(AWAY_PAUSE_S)
            return False
        returned = now()
        if http.status == 504:
            self._add_unknown(call, request)
            return False
        if http.status == 503 or http.code == "IN_PROGRESS":
            self._history.leave_out(f"{http.status} {http.code}")
            self._over.wait(AWAY_PAUSE_S)
            return False
        assert http.status in (200, 201, 204, 404, 410, 412), f"{request}: {http}"
        answer = answer_of(http)
        self._history.add(self._lane, call, returned, request, answer)
        self._learn(request["task"], answer)
        return True

    def _add_unknown(self, call, request):
        self._history.add(self._lane, call, None, request, None)
        self._lane += self._lanes

    def _learn(self, task_id, answer):
        if answer["status"] in (204, 410):
            self._tasks.is_gone(task_id)
        elif "version" in answer:
            self._seen[task_id] = (answer["version"], answer["title"], answer["description"])


def send(client, request):
    task_id, kind = request["task"], request["kind"]
    expected = "*" if request.get("expect") is None else request["expect"]
    headers = {}
    if request.get("key"):
        headers["Idempotency-Key"] = request["key"]
    if request.get("merge"):
        headers["Prefer"] = "conflict=merge"
    if kind == "read":
        return client.get(f"/v1/tasks/{task_id}")
    if kind == "create":
        return client.put(task_id, request["title"], headers)
    if kind == "delete":
        return client.delete(task_id, expected)
    changes = {field: request[field] for field in ("title", "description") if field in request}
    return client.edit(task_id, expected, headers, **changes)
