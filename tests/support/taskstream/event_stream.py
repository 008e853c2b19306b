import json
import socket
import time
from dataclasses import dataclass


@dataclass
class Event:
    name: str | None = None     # None: a comment, perhaps with an id
    id: str | None = None
    data: dict | None = None
    comment: str | None = None


class StreamEnded(Exception):
    """Nothing more will come. `orderly`: the server has said so, by the last chunk."""

    def __init__(self, orderly):
        super().__init__("orderly" if orderly else "cut off")
        self.orderly = orderly


class EventStream:
    """GET /v1/stream on a socket of its own, read by nobody's library: chunks, lines and fields as they come."""

    def __init__(self, port, query="", last_event_id=None, receive_buffer=None, timeout_s=20.0, bearer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout_s)
        self.socket.connect(("127.0.0.1", port))
        resume = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
        authorization = f"Authorization: Bearer {bearer}\r\n" if bearer else ""
        self.socket.sendall(f"GET /v1/stream{query} HTTP/1.1\r\nHost: localhost\r\n{authorization}{resume}\r\n".encode())
        self._timeout_s = timeout_s
        self._encoded = b""
        self._text = b""
        self._over = False
        self.last_id = last_event_id
        self.status, self.headers = self._read_head()

    def next(self, timeout_s=None):
        """The next event or comment."""
        self.socket.settimeout(timeout_s or self._timeout_s)
        while b"\n\n" not in self._text:
            self._read_more()
        block, _, self._text = self._text.partition(b"\n\n")
        event = _event(block.decode())
        self.last_id = event.id or self.last_id
        return event

    def next_task(self, timeout_s=None):
        """The data of the next event that is about a task; comments are passed over."""
        while True:
            event = self.next(timeout_s)
            if event.name:
                assert event.name == "task", event
                return event.data

    def tasks_until(self, enough, timeout_s=30.0):
        """The data of all events until one fulfils `enough`."""
        deadline, tasks = time.monotonic() + timeout_s, []
        while not tasks or not enough(tasks[-1]):
            assert time.monotonic() < deadline, f"not among {len(tasks)} events"
            tasks.append(self.next_task(timeout_s))
        return tasks

    def is_silent(self, for_s=0.3):
        """Nothing about a task comes for a moment. Says little of a slow server: pair it with what must come next."""
        try:
            return self.next(for_s).name is None and self.is_silent(for_s)
        except TimeoutError:
            return True

    def take_a_little(self, size):
        """What a client takes that cannot keep up."""
        self.socket.settimeout(0.05)
        try:
            self._encoded += self.socket.recv(size)
        except TimeoutError:
            pass  # there is nothing yet

    def close(self):
        self.socket.close()

    def _read_head(self):
        while b"\r\n\r\n" not in self._encoded:
            self._receive()
        head, _, self._encoded = self._encoded.partition(b"\r\n\r\n")
        status, *fields = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        return int(status.split()[1]), headers

    def _receive(self):
        received = self.socket.recv(1 << 16)
        if not received:
            raise StreamEnded(orderly=False)
        self._encoded += received

    def _read_more(self):
        """One chunk more of the text."""
        if self._over:
            raise StreamEnded(orderly=True)
        while b"\r\n" not in self._encoded:
            self._receive()
        size, _, rest = self._encoded.partition(b"\r\n")
        length = int(size, 16)
        while len(self._encoded) < len(size) + 2 + length + 2:
            self._receive()
        rest = self._encoded[len(size) + 2:]
        assert rest[length:length + 2] == b"\r\n", "a chunk is not as long as it says"
        self._text += rest[:length]
        self._encoded = rest[length + 2:]
        if length == 0:
            self._over = True
            raise StreamEnded(orderly=True)


def _event(block):
    event = Event()
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "":
            event.comment = value
        elif name == "event":
            event.name = value
        elif name == "id":
            event.id = value
        else:
            assert name == "data" and event.data is None, line
            event.data = json.loads(value)
    return event
