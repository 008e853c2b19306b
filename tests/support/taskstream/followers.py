"""Clients that keep a copy of the tasks by what they are told of changes, and by nothing else."""

import time

from .event_stream import EventStream, StreamEnded


class DeltaFollower:
    """Follows /v1/changes, from any replica, page by page."""

    def __init__(self, next_token=None, tasks=None):
        self.tasks = dict(tasks or {})
        self.next = next_token
        self.more = True

    def copy(self):
        return DeltaFollower(self.next, self.tasks)

    def read_page(self, client, limit=7, **headers):
        since = f"&since={self.next}" if self.next else ""
        answer = client.get(f"/v1/changes?limit={limit}{since}", **headers)
        assert answer.status == 200, answer
        page = answer.json
        assert len(page["items"]) <= limit
        for item in page["items"]:
            self.take(item)
        self.next, self.more = page["next"], page["more"]
        return page["items"]

    def read_to_end(self, client, limit=50, **headers):
        items = self.read_page(client, limit, **headers)
        while self.more:
            items += self.read_page(client, limit)
        return items

    def take(self, item):
        assert item["deleted"] == (item.get("gone") == "deleted"), item
        assert ("task" in item) != ("gone" in item), item
        if "task" not in item:
            self.tasks.pop(item["taskId"], None)
            return
        known = self.tasks.get(item["taskId"])
        assert known is None or known["version"] <= item["version"], f"went back: {known} to {item}"
        assert item["task"]["version"] == item["version"]
        self.tasks[item["taskId"]] = item["task"]


class StreamFollower:
    """Follows /v1/stream from wherever it stopped; no version may come before an older one of the same task."""

    def __init__(self, query=""):
        self.tasks = {}
        self.versions = {}
        self.events = 0
        self.last_id = None
        self._query = query

    def begin_with_everything(self, client):
        """What fits now, and the place from which to go on."""
        changes = DeltaFollower()
        changes.read_to_end(client)
        joint = "&" if self._query else "?"
        self.tasks = {task["taskId"]: task for task in client.pages(f"/v1/tasks{self._query}{joint}limit=200")}
        self.last_id = changes.next

    def follow(self, projection, stop, wait_s=0.5, patience_s=60.0):
        """Until `stop()`, asked between two events and whenever nothing comes for a while, or the stream's end."""
        deadline = time.monotonic() + patience_s
        stream = EventStream(projection.port, self._query, self.last_id)
        assert stream.status == 200, stream.status
        try:
            while not stop() and time.monotonic() < deadline:
                try:
                    event = stream.next(wait_s)
                except TimeoutError:
                    continue
                if event.name:
                    assert event.name == "task", event
                    self.take(event.data)
                self.last_id = event.id
        except (StreamEnded, OSError):
            pass
        finally:
            stream.close()

    def take(self, change):
        self.events += 1
        task_id, version = change["taskId"], change["version"]
        assert self.versions.get(task_id, 0) < version, f"again or back: {self.versions.get(task_id)} to {change}"
        self.versions[task_id] = version
        if change["matches"]:
            assert change["task"]["version"] == version
            self.tasks[task_id] = change["task"]
        else:
            self.tasks.pop(task_id, None)
