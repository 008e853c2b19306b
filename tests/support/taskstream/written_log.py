"""A file log with chosen records in it, written straight into its file; and read models looked into the same way."""

import json
import sqlite3
import struct

from .file_log import FileLog

APPLICATION_ID = 0x54534C47  # "TSLG"
LOG_ID = "0197f2c4-0000-7000-8000-00000000000a"
TASK = "0197f2c4-0000-7000-8000-000000000001"
USER = "11111111-1111-4111-8111-111111111111"


def event(number, key, version, kind, data, **other):
    """A rightful record; `other` changes or removes (None) headers."""
    headers = {"content-type": "application/json", "ce_specversion": "1.0",
               "ce_id": LOG_ID if key == "log/genesis" else f"0197f2c4-0000-7000-8000-0000000001{number:02d}",
               "ce_source": "/taskstream/command-service/golden", "ce_type": f"taskstream.{kind}.v1", "ce_subject": key,
               "ce_time": f"2026-11-25T07:00:{number:02d}.000000Z", "ce_streamversion": str(version), "ce_actor": "ann"}
    headers.update(other)
    value = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return key.encode(), [(name, value) for name, value in headers.items() if value is not None], value


def golden_records():
    """A little of everything: three streams, a lost race, rubbish, and what nobody can read."""
    task, user, broken = f"task/{TASK}", f"user/{USER}", "task/0197f2c4-0000-7000-8000-000000000002"
    return [
        event(0, "log/genesis", 1, "log.opened", {"logId": LOG_ID, "partitions": 1, "maxClockSkewMs": 2000,
                                                  "idNamespace": "0197f2c4-0000-7000-8000-00000000000b"}),
        event(1, user, 1, "user.registered", {"firstName": "Ann", "lastName": "Lee", "email": "ann@example.org"}),
        event(2, task, 1, "task.created", {"title": "Write the guide – für alle 📝", "description": "In\nplain words",
                                           "status": "NOT_STARTED", "priority": "HIGH", "tags": ["docs", "ä"]},
              ce_commandid="key-1", ce_commandhash="ab" * 32),
        event(3, task, 2, "task.edited", {"changes": {"title": "Write the long guide", "description": None}}),
        event(4, task, 2, "task.edited", {"changes": {"title": "Too late"}}, ce_actor="ben"),
        event(5, task, 3, "task.status-changed", {"from": "NOT_STARTED", "to": "IN_PROGRESS", "reason": "Monday"}),
        (b"\xff\x1b[31m", [("ce_id", "nonsense")], b"rub\x00bish"),
        event(7, broken, 1, "task.painted", b'{"colour": ', ce_type="taskstream.task.painted.v7"),
        event(8, task, 4, "task.assigned", {"assigneeId": USER}),
        event(9, user, 2, "user.edited", {"changes": {"firstName": "Anna"}}),
    ]


def write_log(path, records):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute("PRAGMA user_version=1")
    connection.execute("CREATE TABLE records (record_offset INTEGER PRIMARY KEY, log_time INTEGER NOT NULL, key BLOB, "
                       "headers BLOB NOT NULL, value BLOB NOT NULL) STRICT")
    connection.execute("BEGIN")
    for offset, (key, headers, value) in enumerate(records):
        log_time = 1_795_590_000_000_000 + offset * 1_000_000
        connection.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?)", (offset, log_time, key, blob(headers), value))
    connection.execute("COMMIT")
    connection.close()
    return FileLog(path)


def blob(headers):
    texts = [text.encode() if isinstance(text, str) else text for header in headers for text in header]
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def change(path, *statements):
    """Lays hands on a log or read model that nobody uses. Each statement must change something."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        for statement in statements:
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            assert connection.execute(sql, values).rowcount != 0, f"nothing was changed by {sql}"
    finally:
        connection.close()


def rows(path, sql, values=()):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def state_of(path):
    """What a read model says of each stream, by key: all of it that does not name a place in the log."""
    streams = rows(path, "SELECT key, streams.version, last_time, quarantine_version, quarantine_reason, state, body, deleted "
                         "FROM streams LEFT JOIN tasks USING (stream_no) WHERE key NOT LIKE 'log/%' ORDER BY key")
    history = [(key, version, {name: value for name, value in json.loads(item).items() if name != "position"})
               for key, version, item in rows(path, "SELECT key, history.version, item FROM history JOIN streams USING (stream_no) "
                                                    "ORDER BY key, history.version")]
    tags = rows(path, "SELECT key, tag FROM task_tags JOIN streams USING (stream_no) ORDER BY key, tag")
    parked = rows(path, "SELECT streams.key, reason, parked_records.key, headers, value FROM parked_records "
                        "JOIN streams USING (stream_no) ORDER BY 1, record_offset")
    tables = [name for name, in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    users = rows(path, "SELECT key, users.* FROM users JOIN streams USING (stream_no) ORDER BY key") if "users" in tables else []
    return {"streams": streams, "history": history, "tags": tags, "parked": parked, "users": [row[:1] + row[2:] for row in users]}
