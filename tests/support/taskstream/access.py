import json
import os
import signal
import subprocess
from dataclasses import dataclass

from .client import Client
from .places import BIN
from .waiting import wait_until


@dataclass
class Token:
    text: str
    id: str


class Access:
    """An auth file, kept by the program that users keep theirs with; and clients that carry its tokens."""

    def __init__(self, folder, name="auth.json"):
        self.path = folder / name
        self._made = 0
        # Services are started on a file that is there.
        self.root = self.make("root", "admin", ["admin"])

    @property
    def flags(self):
        return ("--auth", self.path)

    def run(self, *arguments):
        return subprocess.run([BIN / "taskstream-token", *map(str, arguments), "--auth", self.path], capture_output=True, text=True,
                              timeout=30)

    def make(self, subject, role="member", scopes=("tasks:write",), *more):
        self._made += 1
        identity = f"token-{self._made}"
        done = self.run("make", "--subject", subject, "--role", role, "--id", identity,
                        *(part for scope in scopes for part in ("--scope", scope)), *more)
        assert done.returncode == 0, done
        return Token(done.stdout.strip(), identity)

    def revoke(self, token):
        assert self.run("revoke", token.id).returncode == 0

    def change(self, change):
        """Has the file's JSON changed in its place, as an editor would."""
        content = json.loads(self.path.read_text())
        change(content)
        beside = self.path.with_suffix(".edited")
        beside.touch(0o600)
        beside.write_text(json.dumps(content))
        os.replace(beside, self.path)


class Bearer(Client):
    """A client that carries a token."""

    def __init__(self, service, token, timeout_s=20.0):
        super().__init__(service.port, timeout_s)
        self._authorization = f"Bearer {getattr(token, 'text', token)}"

    def request(self, method, path, body=None, headers=None):
        return super().request(method, path, body, {"Authorization": self._authorization, **(headers or {})})


def read_again(*services):
    """Has services read their files again now."""
    for service in services:
        os.kill(service.pid, signal.SIGHUP)


def await_known(token, *services):
    for service in services:
        client = Bearer(service, token)
        wait_until(lambda: client.get("/v1/me").status in (200, 403), f"{service.name} knows the token")


def await_unknown(token, *services):
    for service in services:
        client = Bearer(service, token)
        wait_until(lambda: client.get("/v1/me").status == 401, f"{service.name} knows the token no more")
