"""A long file log without the hours of asking for it: events written straight into its file, as the service writes them."""

import sqlite3
import struct
import time

BATCH = 50_000
LIFE = 5  # events of a task
NEIGHBOURS = 1_000


def task_id(number):
    """Ids in the order of their making, as the service gives them."""
    return f"{number >> 16:08x}-{number & 0xffff:04x}-7000-8000-{number:012x}"


def append_tasks(log, first, count):
    """Appends the creations of the tasks with these numbers. Nothing else may be at work on the log."""
    _append(log, count, lambda at, offset: _creation(first + at, offset))


def append_lives(log, first, count):
    """Appends five events of each task with one of these numbers, with 36 words of text. A task's events lie near each
    other in the log, between those of a thousand other tasks."""
    def record(at, offset):
        block, within = divmod(at, LIFE * NEIGHBOURS)
        version, neighbour = divmod(within, min(NEIGHBOURS, count - block * NEIGHBOURS))
        return _event_of_life(first + block * NEIGHBOURS + neighbour, version + 1, offset)
    _append(log, LIFE * count, record)


def _append(log, count, record):
    connection = sqlite3.connect(log.path, isolation_level=None)
    try:
        (offset,) = connection.execute("SELECT coalesce(max(record_offset) + 1, 0) FROM records").fetchone()
        for begin in range(0, count, BATCH):
            end = min(begin + BATCH, count)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)",
                                   (record(at, offset + at) for at in range(begin, end)))
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


def _words(number, count):
    return b" ".join(b"word%d" % ((number * 7919 + i * 104_729) % 20_000) for i in range(count))


def _headers(*pairs):
    return b"".join(struct.pack("<I", len(text)) + text for text in pairs)


def _event_of_life(number, version, offset):
    task = task_id(number)
    key = b"task/" + task.encode()
    kind, value = {
        1: (b"created", b'{"title":"%s","description":"%s","status":"NOT_STARTED","priority":"MEDIUM","tags":["many","t%d"]}'
            % (_words(number, 4), _words(number + 1, 32), number % 100)),
        2: (b"edited", b'{"changes":{"priority":"HIGH","dueDate":"2999-01-%02dT00:00:00Z"}}' % (number % 28 + 1)),
        3: (b"status-changed", b'{"from":"NOT_STARTED","to":"IN_PROGRESS"}'),
        4: (b"edited", b'{"changes":{"title":"%s"}}' % _words(number + 2, 4)),
        5: (b"status-changed", b'{"from":"IN_PROGRESS","to":"COMPLETED","reason":"done"}'),
    }[version]
    event_id = b"%x" % (9 + version) + task.encode()[1:]
    return offset, _NOW_US, key, _headers(
        b"content-type", b"application/json", b"ce_specversion", b"1.0", b"ce_source", b"/taskstream/command-service/long",
        b"ce_type", b"taskstream.task." + kind + b".v1", b"ce_time",
        b"2026-01-01T%02d:%02d:%02d.%06dZ" % (number // 3600 % 24, number // 60 % 60, number % 60, version),
        b"ce_streamversion", b"%d" % version, b"ce_actor", b"anonymous", b"ce_id", event_id, b"ce_subject", key), value
