"""Clients that take their time, in a process of their own so that they slow down nobody but the service.

A third sends a header a byte at a time, a third a body, a third asks for more answers than fit between both and reads none.
Whoever is cut off comes again."""

import contextlib
import json
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

HEADER = "GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = "POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
UNREAD = 200  # requests of each who does not read
BETWEEN_BYTES_S = 1.0


@contextlib.contextmanager
def slow_crowd(port, size, path, seed):
    """While the block lasts `size` slow clients are at work on the port; the readers among them ask for `path`. Answers, once
    the block is over, how many were cut off and came again."""
    process = subprocess.Popen([sys.executable, Path(__file__), str(port), str(size), path, str(seed)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    told = {}
    try:
        assert process.stdout.readline() == "at work\n"
        yield told
        process.stdin.close()
        told.update(json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


class SlowClient:
    def __init__(self, port, kind, path):
        self._port, self._kind, self._path = port, kind, path
        self.comes_again = -1
        self.connect()

    def connect(self):
        self.comes_again += 1
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(20.0)
        self._socket.connect(("127.0.0.1", self._port))
        if self._kind == 2:
            self._socket.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                self._socket.send(f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * UNREAD)
        else:
            self._socket.send((HEADER, BODY)[self._kind].encode())
            self._socket.setblocking(False)

    def go_on(self):
        try:
            if self._kind == 2:
                self._socket.getpeername()
            else:
                self._socket.send(b"x")
                if self._socket.recv(4096, socket.MSG_PEEK) == b"" or self._kind != 2:
                    raise ConnectionResetError
        except BlockingIOError:
            return
        except OSError:
            self._socket.close()
            self.connect()


def main(port, size, path, seed):
    rng = random.Random(seed)
    clients = [SlowClient(port, i % 3, path) for i in range(size)]
    print("at work", flush=True)
    import select
    while True:
        begun = time.monotonic()
        rng.shuffle(clients)
        for i, client in enumerate(clients):
            client.go_on()
            # Spread over the second: all at once would be one moment of much work, not many slow clients.
            if i % 10 == 0:
                pause = begun + BETWEEN_BYTES_S * i / len(clients) - time.monotonic()
                if select.select([sys.stdin], [], [], max(pause, 0))[0]:
                    print(json.dumps({"came again": sum(client.comes_again for client in clients)}), flush=True)
                    return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
