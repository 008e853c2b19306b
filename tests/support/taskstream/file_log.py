import sqlite3
import struct

from .record import Record


class FileLog:
    """The embedded log, read straight from its SQLite file."""

    partitions = 1

    def __init__(self, path):
        self.path = path
        self.url = f"file:{path}"

    def records(self):
        # Read-only: such a connection neither writes the journal back nor removes it, whoever else is at work.
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            rows = connection.execute("SELECT record_offset, key, headers, value FROM records ORDER BY record_offset")
            return [Record(0, offset, key, value, _headers(headers)) for offset, key, headers, value in rows]
        finally:
            connection.close()


def _headers(blob):
    texts, at = [], 0
    while at < len(blob):
        (length,) = struct.unpack_from("<I", blob, at)
        texts.append(blob[at + 4:at + 4 + length])
        at += 4 + length
    assert len(texts) % 2 == 0 and at == len(blob), "the headers of a record cannot be read"
    return [(name.decode(errors="surrogateescape"), value) for name, value in zip(texts[::2], texts[1::2])]
