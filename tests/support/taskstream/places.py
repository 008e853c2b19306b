import os
import random
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("TASKSTREAM_BIN", ROOT / "build" / "dev" / "bin")).resolve()
KAFKA_JARS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "taskstream" / "kafka-4.3.1"


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_listened_on(address):
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2.0).close()
        return True
    except OSError:
        return False


def free_port(*distances):
    """A port that nobody listens on, with free ones at these distances after it.

    Below the range from which the kernel takes the ports of outgoing connections: one of those may not take it meanwhile.
    """
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        if all(_is_free(port + distance) for distance in (0, *distances)):
            return port
