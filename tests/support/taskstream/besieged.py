"""One of the two services while clients mean it harm, or might as well; and what they do on sockets of their own."""

import contextlib
import socket
import threading

from .file_log import FileLog

SERVICES = ["command-service", "projection-service"]


class Besieged:
    """The service that is meant, and the command-service that writes its log, which may be the same. The one that is meant is
    started with these arguments, and `under` that command. Each has a log of its own."""

    def __init__(self, scene, name, *arguments, under=()):
        log = FileLog(scene.folder / f"{len(scene.services)}.log")
        is_meant = name == "command-service"
        self.commands = scene.command_service(log, *(arguments if is_meant else ()), start=False)
        self.commands.under(*(under if is_meant else ())).start()
        self.service = self.commands
        if not is_meant:
            self.service = scene.projection_service(log, *arguments, start=False).under(*under).start()

    def create(self, title="Task", **fields):
        """A task that the service shows; answers its path."""
        created = self.commands.client().create(title, **fields)
        assert created.status == 201, created
        path = created.headers["Location"]
        assert self.service.client(30.0).get(path, Consistency_Token=created.token, Prefer="wait=20").status == 200
        return path

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.service.port), timeout=20.0)

    def lines_with(self, words):
        return [line for line in self.service.said().splitlines() if words in line]


def is_served(connection, within_s=20.0):
    connection.settimeout(within_s)
    try:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return b"200 OK" in connection.recv(4096)
    except TimeoutError:
        return False


def close_all(connections):
    for connection in connections:
        connection.close()
    connections.clear()


class Reader(threading.Thread):
    """Reads what comes, so that the sender is not held up, and keeps nothing of it but how often `HTTP/1.1 ` was there."""

    def __init__(self, connection):
        super().__init__()
        self._connection = connection
        self.answers = 0
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            kept = b""
            while received := self._connection.recv(1 << 16):
                kept += received
                self.answers += kept.count(b"HTTP/1.1 ")
                kept = kept[-8:]


def pour(connection, unit, size):
    """Sends `unit` again and again; answers how often it was taken before the server hung up, or had `size` bytes."""
    times = max(1, (1 << 20) // len(unit))
    block, sent = unit * times, 0
    with contextlib.suppress(ConnectionError):  # a server that only stops reading is none that hangs up
        while sent * len(unit) < size:
            connection.sendall(block)
            sent += times
    return sent
