"""The log's meaning, written a second time and apart from the services: the acceptance rule, and what becomes of it."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone

KEY = re.compile(rb"[a-z][a-z0-9-]{0,31}/[a-z0-9-]{1,64}\Z")
EVENT_ID = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
VERSION = re.compile(rb"[1-9][0-9]{0,15}\Z")
MAX_VERSION = 2**53 - 1


def murmur2(data):
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = (0x9747B28C ^ len(data)) & mask
    for at in range(0, len(data) - len(data) % 4, 4):
        k = int.from_bytes(data[at:at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    rest = data[len(data) - len(data) % 4:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def partition_of(key, partitions):
    return (murmur2(key) & 0x7FFFFFFF) % partitions


@dataclass
class Accepted:
    version: int
    event_id: str
    type: str
    record: object


@dataclass
class Stream:
    version: int = 0
    accepted: list = field(default_factory=list)
    task: dict | None = None
    user: dict | None = None
    claimed_by: str | None = None  # of an e-mail address
    deleted: bool = False
    quarantined: int | None = None  # since which version


class Fold:
    def __init__(self, records, partitions):
        self.streams = {}
        self.superseded = []
        self.malformed = []
        self._partitions = partitions
        for record in records:
            self._take(record)

    @property
    def tasks(self):
        """The streams of tasks, by task id."""
        return {key.removeprefix("task/"): stream for key, stream in self.streams.items() if key.startswith("task/")}

    @property
    def users(self):
        """The streams of users, by user id."""
        return {key.removeprefix("user/"): stream for key, stream in self.streams.items() if key.startswith("user/")}

    def event_ids(self):
        return [event.event_id for stream in self.streams.values() for event in stream.accepted]

    def _take(self, record):
        version = record.header("ce_streamversion")
        well_formed = (record.key is not None and KEY.match(record.key)
                       and partition_of(record.key, self._partitions) == record.partition
                       and EVENT_ID.match(record.header("ce_id") or b"") and record.header("ce_type")
                       and VERSION.match(version or b"") and int(version) <= MAX_VERSION)
        if not well_formed:
            return self.malformed.append(record)
        key = record.key.decode()
        stream = self.streams.get(key) or Stream()
        if int(version) != stream.version + 1:
            return self.superseded.append(record)
        self.streams[key] = stream
        stream.version += 1
        stream.accepted.append(Accepted(stream.version, record.text("ce_id").lower(), record.text("ce_type"), record))
        if not key.startswith("log/") and stream.quarantined is None:
            try:
                self._evolve(key, stream, record)
            except Unfoldable:
                stream.quarantined = stream.version

    def _evolve(self, key, stream, record):
        context = _context(record)
        data = _data(record)
        kind = record.text("ce_type")
        if kind not in SHAPES or kind.split(".")[1] != key.partition("/")[0]:
            raise Unfoldable(f"unknown type {kind}")
        _check(data, *SHAPES[kind])
        if key.startswith("user/"):
            return self._evolve_user(key, stream, kind, data, context)
        if key.startswith("email/"):
            stream.claimed_by = data["userId"] if kind == "taskstream.email.claimed.v1" else None
            return
        if kind == "taskstream.task.created.v1":
            if stream.task is not None:
                raise Unfoldable("it exists already")
            stream.task = {"taskId": key.removeprefix("task/"), "title": data["title"],
                           "description": data.get("description"), "status": data["status"],
                           "priority": data["priority"], "tags": data["tags"], "assigneeId": data.get("assigneeId"),
                           "dueDate": data.get("dueDate"), "warningOffset": data.get("warningOffset"), "lock": None,
                           "version": stream.version, "createdAt": context["time"], "createdBy": context["actor"],
                           "updatedAt": context["time"], "updatedBy": context["actor"]}
            return
        if stream.task is None:
            raise Unfoldable("there is nothing to change")
        task = stream.task
        if kind == "taskstream.task.edited.v1":
            _check(data["changes"], {}, EDITABLE)
            task.update(data["changes"])
        elif kind == "taskstream.task.status-changed.v1":
            task["status"] = data["to"]
        elif kind == "taskstream.task.assigned.v1":
            task["assigneeId"] = data["assigneeId"]
        elif kind == "taskstream.task.unassigned.v1":
            task["assigneeId"] = None
        elif kind == "taskstream.task.locked.v1":
            task["lock"] = dict(data)
        elif kind == "taskstream.task.unlocked.v1":
            task["lock"] = None
        elif kind == "taskstream.task.deleted.v1":
            stream.deleted = True
        task.update(version=stream.version, updatedAt=max(task["updatedAt"], context["time"]), updatedBy=context["actor"])


    def _evolve_user(self, key, stream, kind, data, context):
        if kind == "taskstream.user.registered.v1":
            if stream.user is not None:
                raise Unfoldable("they exist already")
            stream.user = {"userId": key.removeprefix("user/"), **data, "active": True, "version": stream.version,
                           "createdAt": context["time"], "updatedAt": context["time"]}
            return
        if stream.user is None:
            if kind != "taskstream.user.claim-lapsed.v1":
                raise Unfoldable("there is nobody to change")
            return
        user = stream.user
        if kind == "taskstream.user.edited.v1":
            _check(data["changes"], {}, {"firstName": _text, "lastName": _text, "email": _text})
            user.update(data["changes"])
        elif kind != "taskstream.user.claim-lapsed.v1":
            user["active"] = kind == "taskstream.user.reactivated.v1"
        user.update(version=stream.version, updatedAt=max(user["updatedAt"], context["time"]))


class Unfoldable(Exception):
    pass


def _text(value):
    return isinstance(value, str)


def _number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _or_null(check):
    return lambda value: value is None or check(value)


def _texts(value):
    return isinstance(value, list) and all(map(_text, value))


def _status(value):
    return value in ("NOT_STARTED", "IN_PROGRESS", "BLOCKED", "DEFERRED", "COMPLETED", "CANCELLED")


def _priority(value):
    return value in ("LOW", "MEDIUM", "HIGH", "URGENT")


def _object(value):
    return isinstance(value, dict)


EDITABLE = {"title": _text, "description": _or_null(_text), "priority": _priority, "tags": _texts,
            "dueDate": _or_null(_text), "warningOffset": _or_null(_number)}
# By type: the members that must be there, and those that may.
SHAPES = {
    "taskstream.task.created.v1": ({"title": _text, "status": _status, "priority": _priority, "tags": _texts},
                                   {"description": _text, "assigneeId": _text, "dueDate": _text, "warningOffset": _number}),
    "taskstream.task.edited.v1": ({"changes": _object}, {}),
    "taskstream.task.status-changed.v1": ({"from": _status, "to": _status}, {"reason": _text}),
    "taskstream.task.assigned.v1": ({"assigneeId": _text}, {"previousAssigneeId": _text, "reason": _text}),
    "taskstream.task.unassigned.v1": ({"previousAssigneeId": _text}, {"reason": _text}),
    "taskstream.task.locked.v1": ({"holder": _text, "since": _text, "expiresAt": _text, "fencingToken": _number}, {}),
    "taskstream.task.unlocked.v1": ({"holder": _text, "reason": _text}, {}),
    "taskstream.task.deleted.v1": ({}, {"reason": _text}),
    "taskstream.user.registered.v1": ({"firstName": _text, "lastName": _text, "email": _text}, {}),
    "taskstream.user.edited.v1": ({"changes": _object}, {}),
    "taskstream.user.deactivated.v1": ({}, {"reason": _text}),
    "taskstream.user.reactivated.v1": ({}, {}),
    "taskstream.user.claim-lapsed.v1": ({"emailHash": _text}, {}),
    "taskstream.email.claimed.v1": ({"userId": _text, "userVersion": _number}, {}),
    "taskstream.email.released.v1": ({"userId": _text, "userVersion": _number}, {}),
}


def _check(data, required, optional):
    allowed = {**required, **optional}
    for name in required:
        if name not in data:
            raise Unfoldable(f"{name} is missing")
    for name, value in data.items():
        if name not in allowed or not allowed[name](value):
            raise Unfoldable(f"{name} is unknown or wrong")


def _context(record):
    for name, value in (("ce_specversion", "1.0"), ("content-type", "application/json"), ("ce_subject", record.key.decode())):
        if record.text(name) != value:
            raise Unfoldable(f"{name} is not {value}")
    for name in ("ce_source", "ce_actor", "ce_time"):
        if not record.text(name):
            raise Unfoldable(f"{name} is missing")
    return {"actor": record.text("ce_actor"), "time": instant(record.text("ce_time"))}


def instant(text):
    """An RFC 3339 time as the services write it: UTC, to the microsecond."""
    try:
        read = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError as error:
        raise Unfoldable(str(error)) from error
    if read.tzinfo is None:
        raise Unfoldable("a time without offset")
    return read.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _data(record):
    def no_duplicates(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise Unfoldable("a member is there twice")
        return dict(pairs)
    try:
        data = json.loads(record.value.decode(), object_pairs_hook=no_duplicates)
    except ValueError as error:
        raise Unfoldable(str(error)) from error
    if not isinstance(data, dict):
        raise Unfoldable("the data are no object")
    return data
