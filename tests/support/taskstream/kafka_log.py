import json
import subprocess

from .record import Record


class KafkaLog:
    """A topic, read and written by kcat: a client that shares no code with the services."""

    partitions = 12

    def __init__(self, broker, topic):
        self.broker = broker
        self.topic = topic
        self.url = f"kafka://{broker.address}/{topic}"

    def records(self):
        printed = self._kcat(["-C", "-o", "beginning", "-e", "-q", "-J", "-X", "fetch.message.max.bytes=4000000"])
        records = [_record(line) for line in printed.split(b"\n") if line]
        return sorted(records, key=lambda record: (record.partition, record.offset))

    def produce(self, key, value, headers=(), partition=None, folder=None):
        """Appends one record; without a partition, where murmur2 places the key."""
        from .fold import partition_of
        if partition is None:
            partition = partition_of(key, self.partitions)
        file = folder / "record-value"
        file.write_bytes(value)
        arguments = ["-P", "-p", str(partition), "-X", "message.max.bytes=1500000"]
        for name, header in headers:
            arguments += ["-H", name.encode() + b"=" + header]
        if key is not None:
            arguments += ["-k", key]
        self._kcat([*arguments, str(file)])

    def _kcat(self, arguments):
        done = subprocess.run(["kcat", "-b", self.broker.address, "-t", self.topic, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        assert done.returncode == 0, f"kcat failed: {done.stderr.decode(errors='replace')}"
        return done.stdout


def _record(line):
    # Bytes that are no UTF-8 come through as they are; surrogates carry them into Python's text and back.
    read = json.loads(line.decode(errors="surrogateescape"))
    texts = read.get("headers") or []
    headers = [(name, _bytes(value) or b"") for name, value in zip(texts[::2], texts[1::2])]
    return Record(read["partition"], read["offset"], _bytes(read["key"]), _bytes(read["payload"]) or b"", headers)


def _bytes(text):
    return None if text is None else text.encode(errors="surrogateescape")
