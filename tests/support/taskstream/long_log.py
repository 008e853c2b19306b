"""A long file log without the hours of asking for it: events written straight into its file, as the service writes them."""

import sqlite3
import struct
import time

BATCH = 50_000


def task_id(number):
    """Ids in the order of their making, as the service gives them."""
    return f"{number >> 16:08x}-{number & 0xffff:04x}-7000-8000-{number:012x}"


def append_tasks(log, first, count):
    """Appends the creations of the tasks with these numbers. Nothing else may be at work on the log."""
    connection = sqlite3.connect(log.path, isolation_level=None)
    try:
        (offset,) = connection.execute("SELECT coalesce(max(record_offset) + 1, 0) FROM records").fetchone()
        for begin in range(first, first + count, BATCH):
            end = min(begin + BATCH, first + count)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)",
                                   (_creation(number, offset + number - first) for number in range(begin, end)))
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    finally:
        connection.close()


_NOW_US = time.time_ns() // 1000
_FIXED = b"".join(struct.pack("<I", len(text)) + text for text in (
    b"content-type", b"application/json", b"ce_specversion", b"1.0", b"ce_source", b"/taskstream/command-service/long",
    b"ce_type", b"taskstream.task.created.v1", b"ce_time", b"2026-01-01T00:00:00.000000Z", b"ce_streamversion", b"1",
    b"ce_actor", b"anonymous"))
_ID = struct.pack("<I", 5) + b"ce_id" + struct.pack("<I", 36)
_SUBJECT = struct.pack("<I", 10) + b"ce_subject" + struct.pack("<I", 41)


def _creation(number, offset):
    task = task_id(number)
    key = b"task/" + task.encode()
    event_id = b"e" + task.encode()[1:]
    value = b'{"title":"Task %d of many","status":"NOT_STARTED","priority":"MEDIUM","tags":["many"]}' % number
    return offset, _NOW_US, key, _FIXED + _ID + event_id + _SUBJECT + key, value
