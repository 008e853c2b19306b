"""Lets a request come as far as what it asks.

A token that no answer gave, or a version that the task does not have, is refused before anything else is looked at: with made-up
values everywhere, the services would refuse nearly all for these, and what is wrong beside them would never be seen. So each
such value, where it is not what the case is about, gives way to one that is right."""

import itertools
import json
import uuid
import zlib
from pathlib import Path

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# What test_schemathesis.py has prepared: values that answers gave.
KNOWN = json.loads(Path("known.json").read_text())
# A write gets a task of its own as long as there are enough: a deleted one takes no other.
FRESH = {kind: itertools.cycle(KNOWN[kind]) for kind in ("fresh tasks", "fresh users", "tasks to delete")}
COUNT = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.path == "/v1/stream":
        tell_something(case)
    else:
        replace(case, "query", "since", lambda value: one_of(KNOWN["places"], value))
    replace(case, "header", "Consistency-Token", lambda value: one_of(KNOWN["tokens"], value))
    replace(case, "query", "assigneeId", in_a_query)
    if "version" in case.query:
        replace(case, "query", "at", lambda _: None)
    turn_to_a_page(case)
    if phase_of(case) != "stateful":
        ask_for_what_is_there(case)


def tell_something(case):
    """From an early place on, and with the one filter that is tried: hardly a task fits them all, and a silent stream shows nothing."""
    case.query = case.query or {}
    for name in set(case.query) - {"since"}:
        replace(case, "query", name, lambda _: None)
    case.query.setdefault("since", KNOWN["early places"][0])
    for place, name in (("query", "since"), ("header", "Last-Event-ID")):
        replace(case, place, name, lambda value: one_of(KNOWN["early places"], value))


def in_a_query(assignees):
    """It takes values out of answers, where null is that nobody has a task; in a query that is `none`."""
    return ["none"] if not assignees or assignees == [None] else assignees


def turn_to_a_page(case):
    """A cursor belongs to one query, and answers gave it for those without any filter."""
    cursors = KNOWN["cursors"].get(case.path)
    others = set(case.query) - {"cursor", "limit"}
    if phase_of(case) != "stateful":
        replace(case, "query", "cursor", lambda value: one_of(cursors, value) if cursors and not others else None)


def ask_for_what_is_there(case):
    if phase_of(case) in ("coverage", "examples"):
        replace(case, "header", "If-Match", lambda _: "*")
        replace(case, "header", "Idempotency-Key", lambda _: f"key-{next(COUNT)}")
    operation = case.operation.definition.raw["operationId"]
    if operation == "createTaskUnderId":
        replace(case, "header", "If-None-Match", lambda _: "*")
        replace(case, "path", "id", lambda _: str(uuid.UUID(int=next(COUNT), version=4)))
    elif operation == "deleteTask":
        replace(case, "path", "id", lambda _: next(FRESH["tasks to delete"]))
    else:
        kind = case.path.split("/")[2] if "{id}" in case.path else None
        read = case.operation.method == "get"
        replace(case, "path", "id", lambda value: one_of(KNOWN[kind], value) if read else next(FRESH[f"fresh {kind}"]))


def replace(case, place, name, right):
    """None takes the value away."""
    location = ParameterLocation(place)
    container = case.get_container(location)
    if not container or name not in container or is_about(case, location, name):
        return
    value = right(container[name])
    if value is None:
        del container[name]
    else:
        container[name] = value


def is_about(case, location, name):
    """Whether it is this value that the case tries."""
    data = case.meta.phase.data
    tried = {data.parameter, *(mutation.parameter for mutation in data.mutations)} - {None}
    return name in tried if tried else case.meta.is_negative_at(location)


def phase_of(case):
    return case.meta.phase.name.value


def one_of(values, value):
    """The same one for the same value, so that the same seed asks the same."""
    return values[zlib.crc32(str(value).encode()) % len(values)]
