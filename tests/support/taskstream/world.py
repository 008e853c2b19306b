"""Everybody who may ask: two members, a manager, an admin, and those who are let in nowhere."""

import http.client
import uuid

from .client import Client
from .identity_provider import IdentityProvider


class World:
    """Both services, and one client for each who asks at either of them."""

    def __init__(self, scene):
        self.log = scene.file_log()
        self.provider = IdentityProvider(scene.folder)
        flags = ("--auth", self.provider.auth_file)
        self.services = [scene.command_service(self.log, *flags), scene.projection_service(self.log, *flags)]
        self._tokens = {"admin": self.provider.token("root", "admin", "admin")}
        self.ids = {}
        self.ids = {who: self.at_commands("admin").new_user() for who in ("outsider", "concerned", "manager", "admin")}
        issue = self.provider.token
        admin = (self.ids["admin"], "admin", "admin tasks:write users:write")
        self._tokens = {
            "nobody": None,
            "bad": "no-token-that-anybody-made",
            "expired": issue(*admin, exp=1_700_000_000),
            "audience": issue(*admin, aud="another-service"),
            "none": self.provider.unsigned(*admin),
            "HS/RS": self.provider.confused(*admin),
            "reader": issue(self.ids["concerned"], "member", "tasks:read"),
            "outsider": issue(self.ids["outsider"], "member", "tasks:write users:write"),
            "concerned": issue(self.ids["concerned"], "member", "tasks:write users:write"),
            "manager": issue(self.ids["manager"], "manager", "tasks:write users:write"),
            "admin": issue(*admin),
        }
        self.ids["reader"] = self.ids["concerned"]

    def token(self, who):
        return self._tokens[who]

    def at_commands(self, who):
        return Carrying(self.services[0], self._tokens[who])

    def at_queries(self, who):
        return Carrying(self.services[1], self._tokens[who])

    def new_task(self, assignee="concerned", **fields):
        """Of the manager's making."""
        answer = self.at_commands("manager").create("Write the guide", dueDate="2031-05-01T12:00:00Z",
                                                    assigneeId=assignee and self.ids[assignee], **fields)
        assert answer.status == 201, answer
        return answer.json["taskId"], answer.token

    def new_user(self):
        answer = self.at_commands("admin").register(f"{uuid.uuid4()}@example.org")
        return answer.json["userId"], answer.token


class Carrying(Client):
    """A client with a token, or with none."""

    def __init__(self, service, token):
        super().__init__(service.port)
        self._own = {"Authorization": f"Bearer {token}"} if token else {}

    def request(self, method, path, body=None, headers=None):
        return super().request(method, path, body, {**self._own, **(headers or {})})

    def opens(self, path, headers):
        """The status of an answer that does not end."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        connection.request("GET", path, headers={**self._own, **headers})
        status = connection.getresponse().status
        connection.close()
        return status
