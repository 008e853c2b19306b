import http.client
import json
import socket
import uuid


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The machine's word of a problem document; None for any other answer."""
        if "problem+json" not in (self.headers.get("Content-Type") or ""):
            return None
        return self.json["code"]

    @property
    def event_id(self):
        return self.headers.get("Event-Id")

    @property
    def token(self):
        return self.headers.get("Consistency-Token")

    @property
    def version(self):
        return int(self.headers["ETag"].strip('"'))

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class NoAnswer(Exception):
    """The connection broke, or nothing came in time: what became of the request is not known."""


class Client:
    """One keep-alive connection; for one thread. Opened anew after it broke, but no request is ever sent twice."""

    def __init__(self, port, timeout_s=20.0, tls=None):
        self._port = port
        self._timeout_s = timeout_s
        self._tls = tls
        self._connection = None

    def request(self, method, path, body=None, headers=None):
        sent = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.request(method, path, body=body, headers=sent)
            response = self._connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            if response.will_close:
                self.close()
            return answer
        except (OSError, http.client.HTTPException, socket.timeout) as error:
            self.close()
            raise NoAnswer(f"{method} {path}: {error!r}") from error

    def _connect(self):
        if self._tls:
            return http.client.HTTPSConnection("127.0.0.1", self._port, timeout=self._timeout_s, context=self._tls)
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout_s)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path, **headers):
        return self.request("GET", path, headers=_as_headers(headers))

    # ---- the commands

    def create(self, title, headers=None, **fields):
        return self.request("POST", "/v1/tasks", {"title": title, **fields}, headers)

    def put(self, task_id, title, headers=None, **fields):
        return self.request("PUT", f"/v1/tasks/{task_id}", {"title": title, **fields},
                            {"If-None-Match": "*", **(headers or {})})

    def edit(self, task_id, version, headers=None, **changes):
        return self.request("PATCH", f"/v1/tasks/{task_id}", changes, {"If-Match": _tag(version), **(headers or {})})

    def move(self, task_id, version, to, headers=None, **more):
        return self.request("POST", f"/v1/tasks/{task_id}/status", {"to": to, **more},
                            {"If-Match": _tag(version), **(headers or {})})

    def assign(self, task_id, version, user_id):
        return self.request("PUT", f"/v1/tasks/{task_id}/assignee", {"userId": user_id}, {"If-Match": _tag(version)})

    def unassign(self, task_id, version):
        return self.request("DELETE", f"/v1/tasks/{task_id}/assignee", headers={"If-Match": _tag(version)})

    def postpone(self, task_id, by, headers):
        return self.request("POST", f"/v1/tasks/{task_id}/postpone", {"by": by}, headers)

    def claim(self, task_id, headers=None, body=None):
        return self.request("POST", f"/v1/tasks/{task_id}/claim", body, headers)

    def lock(self, task_id, ttl_seconds, headers=None):
        return self.request("PUT", f"/v1/tasks/{task_id}/lock", {"ttlSeconds": ttl_seconds}, headers)

    def unlock(self, task_id, headers=None):
        return self.request("DELETE", f"/v1/tasks/{task_id}/lock", headers=headers)

    def delete(self, task_id, version):
        return self.request("DELETE", f"/v1/tasks/{task_id}", headers={"If-Match": _tag(version)})

    def register(self, email, headers=None, first_name="Ann", last_name="Lee"):
        return self.request("POST", "/v1/users", {"firstName": first_name, "lastName": last_name, "email": email}, headers)

    def new_user(self):
        """The id of a user who is registered for the test alone."""
        answer = self.register(f"{uuid.uuid4()}@example.org")
        assert answer.status == 201, answer
        return answer.json["userId"]

    def edit_user(self, user_id, version, headers=None, **changes):
        return self.request("PATCH", f"/v1/users/{user_id}", changes, {"If-Match": _tag(version), **(headers or {})})

    def deactivate(self, user_id, headers=None, body=None):
        return self.request("POST", f"/v1/users/{user_id}/deactivate", body, headers)

    def reactivate(self, user_id, headers=None):
        return self.request("POST", f"/v1/users/{user_id}/reactivate", headers=headers)

    # ---- whole collections

    def pages(self, path, **headers):
        """The items of every page, each asked for with these headers."""
        items, cursor = [], None
        while True:
            joint = "&" if "?" in path else "?"
            answer = self.get(path + (f"{joint}cursor={cursor}" if cursor else ""), **headers)
            assert answer.status == 200, answer
            items += answer.json["items"]
            cursor = answer.json.get("nextCursor")
            if not cursor:
                return items


def _tag(version):
    return version if isinstance(version, str) else f'"{version}"'


def _as_headers(names):
    return {name.replace("_", "-"): value for name, value in names.items()}
