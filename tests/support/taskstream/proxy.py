import random
import socket
import struct
import threading

FETCH = 1  # the number of this request in Kafka's protocol


class KafkaProxy:
    """Stands between one client and a broker. It can hold back, or delay, what the broker sends on the connections that
    fetch records: that client's tail then lags while everything else it asks is answered at once."""

    def __init__(self, port, broker_port):
        self.port = port
        self._broker_port = broker_port
        self._flowing = threading.Event()
        self._flowing.set()
        self._delay_s = 0.0
        self._over = False
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self._fetching = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def fetching_connections(self):
        return self._fetching

    def hold(self):
        self._flowing.clear()

    def release(self):
        self._flowing.set()

    def delay(self, at_most_s):
        """From now on each piece that the broker sends to the tail comes late, by a random time."""
        self._delay_s = at_most_s

    def close(self):
        self._over = True
        self._flowing.set()
        self._listener.close()
        for each in self._sockets:
            each.close()

    def _accept(self):
        while not self._over:
            try:
                client, _ = self._listener.accept()
                broker = socket.create_connection(("127.0.0.1", self._broker_port))
            except OSError:
                continue
            for each in (client, broker):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(each)
            fetches = threading.Event()
            threading.Thread(target=self._to_broker, args=(client, broker, fetches), daemon=True).start()
            threading.Thread(target=self._to_client, args=(broker, client, fetches), daemon=True).start()

    def _to_broker(self, client, broker, fetches):
        """Passes whole requests on, and looks at the number that says what each one asks for."""
        try:
            while True:
                head = _read_exactly(client, 4)
                request = _read_exactly(client, struct.unpack(">i", head)[0])
                if struct.unpack(">h", request[:2])[0] == FETCH and not fetches.is_set():
                    self._fetching += 1
                    fetches.set()
                broker.sendall(head + request)
        except OSError:
            _close(client, broker)

    def _to_client(self, broker, client, fetches):
        try:
            while piece := broker.recv(65_536):
                if fetches.is_set():
                    if self._delay_s:
                        threading.Event().wait(random.random() * self._delay_s)
                    self._flowing.wait()
                client.sendall(piece)
        except OSError:
            pass
        _close(client, broker)


def _read_exactly(source, length):
    read = b""
    while len(read) < length:
        piece = source.recv(length - len(read))
        if not piece:
            raise OSError("closed")
        read += piece
    return read


def _close(*sockets):
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
