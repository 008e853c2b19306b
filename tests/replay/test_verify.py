"""Damage is planted in a log or a read model by hand, one kind after another: verify finds each, and says where."""

import random
import re
import shutil
import sqlite3
import threading

import pytest
from taskstream.file_log import FileLog
from taskstream.replay import replay, well
from taskstream.scene import Scene
from taskstream.story import await_read, tell_story
from taskstream.waiting import wait_until
from taskstream.written_log import blob, change, golden_records, rows


def verify(*arguments, log):
    outcome = replay("verify", "--json", *arguments, log=log)
    assert outcome.code in (0, 1), outcome
    return outcome.code, [(one["kind"], one["where"], one["what"]) for one in outcome.json["differences"]]


def found(differences, kind, where):
    """The one difference of this kind at a place that fits."""
    hits = [one for one in differences if one[0] == kind and re.fullmatch(where, one[1])]
    assert hits, f"no {kind} at {where} in {differences}"
    return hits[0][2]


# ---- a log

def set_headers(offset, **changed):
    def statements(records):
        headers = [(name, changed.get(name, value)) for name, value in records[offset].headers]
        return [("UPDATE records SET headers = ? WHERE record_offset = ?", (blob(headers), offset))]
    return statements


def plain(*statements):
    return lambda records: statements


def swap(one, other):
    return plain(f"UPDATE records SET record_offset = -1 WHERE record_offset = {one}",
                 f"UPDATE records SET record_offset = {one} WHERE record_offset = {other}",
                 f"UPDATE records SET record_offset = {other} WHERE record_offset = -1")


# The story's records, by offset: 0 genesis, 1 a barrier, 2-5 users, 6 the first task, 7-12 its changes, … 18 the last.
IN_THE_LOG = {
    "a gap": (plain("UPDATE records SET record_offset = record_offset + 100 WHERE record_offset > 12"), "gap", "0:13"),
    "a record removed": (plain("DELETE FROM records WHERE record_offset = 8"), "gap", "0:8"),
    "the version after a removed record": (plain("DELETE FROM records WHERE record_offset = 8"), "missing", "0:9"),
    "two records swapped": (swap(8, 9), "missing", "0:8"),
    "two records of other streams swapped": (swap(5, 6), "order", "0:6"),
    "a version altered": (set_headers(8, ce_streamversion=b"9"), "missing", "0:8"),
    "a version that is no number": (set_headers(8, ce_streamversion=b"03"), "malformed", "0:8"),
    "an id altered": (set_headers(8, ce_id=b"0197f2c4"), "malformed", "0:8"),
    "a body cut short": (plain("UPDATE records SET value = substr(value, 1, 10) WHERE record_offset = 7"), "unreadable", "0:7"),
    "a type altered": (set_headers(7, ce_type=b"taskstream.task.deletes.v1"), "unreadable", "0:7"),
    "a key altered": (plain("UPDATE records SET key = CAST('Task/1' AS BLOB) WHERE record_offset = 7"), "malformed", "0:7"),
    "time that goes back": (plain("UPDATE records SET log_time = 1 WHERE record_offset = 9"), "order", "0:9"),
    "no first record": (plain("DELETE FROM records WHERE record_offset = 0"), "genesis", "0:0"),
    "another log's first record": (lambda records: [("UPDATE records SET value = ? WHERE record_offset = 0",
                                                     (golden_records()[0][2],))], "genesis", "0:0"),
    "headers cut short": (plain("UPDATE records SET headers = substr(headers, 1, 30) WHERE record_offset = 9"), "damaged", "log"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A story, told once; each test plants its damage in a copy."""
    folder = tmp_path_factory.mktemp("whole")
    scene = Scene(folder)
    try:
        log = scene.file_log()
        service, projection = scene.command_service(log), scene.projection_service(log)
        ids, token = tell_story(service)
        await_read(projection, token)
        assert service.terminate() == 0 and projection.terminate() == 0
    finally:
        scene.clean_up()
    return log, folder / f"{projection.name}.db", ids


@pytest.fixture
def copy(whole, tmp_path):
    log, model, ids = whole
    for source, target in ((log.path, tmp_path / "copy.log"), (model, tmp_path / "copy.db")):
        with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as there, sqlite3.connect(target) as here:
            there.backup(here)
        here.execute("PRAGMA journal_mode=WAL").fetchall()
        here.close()
    return FileLog(tmp_path / "copy.log"), tmp_path / "copy.db", ids


def test_without_damage_nothing_is_found(copy):
    log, model, _ = copy
    assert verify("--read-model", model, log=log) == (0, [])
    assert "no differences" in well("verify", "--read-model", model, log=log).out


@pytest.mark.parametrize("what", IN_THE_LOG)
def test_damage_of_the_log_is_found(copy, what):
    statements, kind, where = IN_THE_LOG[what]
    log, _, _ = copy
    change(log.path, *statements(log.records()))
    code, differences = verify(log=log)
    assert code == 1
    found(differences, kind, re.escape(where))
    shown = replay("verify", log=log)
    assert shown.code == 1 and f"{kind} {where}: " in shown.out


def test_why_a_read_model_is_not_compared_is_told(copy):
    log, model, _ = copy
    change(log.path, "DELETE FROM records WHERE record_offset = 0")
    why = "does not begin with who it is: it was not opened by Taskstream"
    shown = replay("verify", "--read-model", model, log=log)
    assert shown.code == 1 and why in shown.out
    outcome = replay("verify", "--json", "--read-model", model, log=log)
    assert outcome.json["rows"] is None and why in outcome.json["notCompared"]
    assert "notCompared" not in replay("verify", "--json", log=log).json


def test_a_body_altered_with_care_is_found_by_the_read_model(copy):
    log, model, ids = copy
    change(log.path, "UPDATE records SET value = CAST(replace(CAST(value AS TEXT), 'long guide', 'lang guide') AS BLOB) "
                     "WHERE record_offset = 7")
    assert verify(log=log) == (0, [])
    code, differences = verify("--read-model", model, log=log)
    assert code == 1
    assert "lang guide" in found(differences, "row-differs", rf"tasks\[stream=task/{ids['first']}\].title")
    assert "lang guide" in found(differences, "row-differs", rf"history\[stream=task/{ids['first']} version=2\].item")


# ---- a read model

FIRST = "(SELECT stream_no FROM streams WHERE key = 'task/{first}')"
IN_THE_READ_MODEL = {
    "a history row missing": ([f"DELETE FROM history WHERE version = 3 AND stream_no = {FIRST}"],
                              "row-missing", r"history\[stream=task/{first} version=3\]"),
    "a history row altered": ([f"UPDATE history SET item = replace(item, 'anonymous', 'somebody') WHERE version = 3 AND stream_no = {FIRST}"],
                              "row-differs", r"history\[stream=task/{first} version=3\].item"),
    "a tag too many": ([f"INSERT INTO task_tags (tag, stream_no) VALUES ('planted', {FIRST})"],
                       "row-extra", r"task_tags\[tag=planted stream=task/{first}\]"),
    "a tag of no task": (["INSERT INTO task_tags (tag, stream_no) VALUES ('planted', 4711)"],
                         "row-extra", r"task_tags\[tag=planted stream=no stream 4711\]"),
    "a tag of another task": (["UPDATE task_tags SET stream_no = (SELECT stream_no FROM streams WHERE key = 'task/{locked}') WHERE tag = 'long'"],
                              "row-missing", r"task_tags\[tag=long stream=task/{first}\]"),
    "a task missing": ([f"DELETE FROM tasks WHERE stream_no = {FIRST}"], "row-missing", r"tasks\[stream=task/{first}\]"),
    "a task brought back to life": (["UPDATE tasks SET deleted = 0 WHERE deleted = 1"], "row-differs", r"tasks\[stream=task/{deleted}\].deleted"),
    "a body altered": ([f"UPDATE tasks SET body = replace(body, 'guide', 'quide') WHERE stream_no = {FIRST}"],
                       "row-differs", r"tasks\[stream=task/{first}\].body"),
    "a claim altered": (["UPDATE streams SET state = replace(state, '{ada}', '{bob}') WHERE key LIKE 'email/%' AND state LIKE '%{ada}%'"],
                        "row-differs", r"streams\[key=email/[0-9a-f]{64}\].state"),
    "a time altered": (["UPDATE streams SET last_time = last_time + 1 WHERE key = 'user/{ada}'"],
                       "row-differs", r"streams\[key=user/{ada}\].last_time"),
    "a user altered": (["UPDATE users SET body = replace(body, 'Ada', 'Eve')"], "row-differs", r"users\[stream=user/{ada}\].body"),
    "a word too many": ([f"INSERT INTO task_words (rowid, words) VALUES ({FIRST}, 'planted')"],
                        "row-extra", r"task_words\[stream=task/{first} term=planted col=NULL offset=NULL\]"),
    "a place in the order of changes altered": ([f"UPDATE tasks SET change_offset = change_offset + 1 WHERE stream_no = {FIRST}"],
                                                "row-differs", r"tasks\[stream=task/{first}\].change_offset"),
    "a version altered": (["UPDATE streams SET version = version + 1 WHERE key = 'task/{first}'"],
                          "row-differs", r"streams\[key=task/{first}\].version"),
    "a stream too many": (["INSERT INTO streams (stream_no, key, version) VALUES (4711, 'task/none', 1)"],
                          "row-extra", r"streams\[key=task/none\]"),
    "a position past the end": (["UPDATE positions SET next = next + 5"], "row-differs", r"positions\[partition=0\].next"),
    "a position behind its rows": (["UPDATE positions SET next = 9, last_offset = 8"], "row-extra", r"history\[stream=task/{first} version=6\]"),
    "another log's name": (["UPDATE meta SET value = '00000000-0000-7000-8000-000000000000' WHERE name = 'logId'"],
                           "another-log", r"meta\[name=logId\].value"),
    "a record parked for nothing": (["INSERT INTO parked_records VALUES (0, 3, 1, NULL, 'planted', NULL, x'', x'')"],
                                    "row-extra", r"parked_records\[partition=0 record_offset=3\]"),
    "a token that names another place": (["UPDATE snapshot SET token = 'AAAA'"], "row-differs", r"snapshot\[one=1\].token"),
    "a table too many": (["CREATE TABLE planted (x)"], "row-extra", r"planted"),
}


@pytest.mark.parametrize("what", IN_THE_READ_MODEL)
def test_damage_of_the_read_model_is_found(copy, what):
    statements, kind, where = IN_THE_READ_MODEL[what]
    log, model, ids = copy
    for name, value in ids.items():
        statements = [statement.replace("{%s}" % name, value) for statement in statements]
        where = where.replace("{%s}" % name, value)
    change(model, *statements)
    code, differences = verify("--read-model", model, log=log)
    assert code == 1
    found(differences, kind, where)


def test_a_position_ahead_of_its_rows_is_found(scene):
    log = scene.file_log()
    service, projection = scene.command_service(log), scene.projection_service(log)
    await_read(projection, service.client().create("Known").token)
    assert projection.terminate() == 0
    unknown = service.client().create("Unknown").json["taskId"]
    assert service.terminate() == 0
    model = scene.folder / f"{projection.name}.db"
    assert verify("--read-model", model, log=log) == (0, []), "a model that is behind is no damage"
    change(model, "UPDATE positions SET next = next + 1")
    code, differences = verify("--read-model", model, log=log)
    assert code == 1
    found(differences, "row-missing", rf"tasks\[stream=task/{unknown}\]")


def test_broken_pages_are_found(copy):
    log, model, _ = copy
    size = model.stat().st_size
    (page,) = rows(model, "SELECT rootpage FROM sqlite_master WHERE name = 'tasks_by_title'")[0]
    with open(model, "r+b") as file:
        file.seek((page - 1) * 4096 + 8)
        file.write(b"\xff" * 2000)
    assert model.stat().st_size == size
    code, differences = verify("--read-model", model, log=log)
    assert code == 1 and any(kind == "damaged" for kind, _, _ in differences), differences


def test_random_damage_is_found(copy, seed):
    """A row of the read model, any of them, changed or taken away."""
    log, model, _ = copy
    dice = random.Random(seed)
    for number in range(12):
        damaged = model.parent / f"damaged-{number}.db"
        shutil.copy(model, damaged)
        table, column = dice.choice([("tasks", "updated_at"), ("tasks", "status"), ("streams", "last_time"), ("history", "item"),
                                     ("history", "version"), ("task_tags", "tag"), ("positions", "last_id")])
        if dice.random() < 0.5:
            change(damaged, f"UPDATE {table} SET {column} = {column} || '7' WHERE {column} = (SELECT min({column}) FROM {table})")
        else:
            change(damaged, f"DELETE FROM {table} WHERE {column} = (SELECT max({column}) FROM {table})")
        code, differences = verify("--read-model", damaged, log=log)
        assert code == 1 and differences, (table, column)


def test_malformed_records_are_allowed_where_they_are_known(golden_log):
    code, differences = verify(log=golden_log)
    assert code == 1
    found(differences, "malformed", "0:6")
    found(differences, "unreadable", "0:7")
    code, differences = verify("--allow-malformed", log=golden_log)
    assert [kind for kind, _, _ in differences] == ["unreadable"]


def test_only_so_many_are_shown_and_all_are_counted(copy):
    log, model, _ = copy
    change(model, "DELETE FROM history")
    outcome = replay("verify", "--read-model", model, "--limit", 2, log=log)
    assert outcome.code == 1
    assert sum(line.startswith("row-missing history") for line in outcome.lines) == 2
    assert re.search(r"^and \d+ more$", outcome.out, re.M) and "difference(s)" in outcome.lines[-1]


# ---- while it is used, and on both logs

def test_a_live_read_model_is_held_against_the_log(scene, log):
    service, projection = scene.command_service(log), scene.projection_service(log)
    model = scene.folder / f"{projection.name}.db"
    over, created = threading.Event(), []

    def write():
        commands = service.client()
        while not over.is_set():
            created.append(commands.create(f"Task {len(created)}"))
    writing = threading.Thread(target=write)
    writing.start()
    try:
        for least in (20, 200, 400):
            wait_until(lambda: len(created) > least, "tasks were created")
            await_read(projection, created[least].token)
            assert well("verify", "--json", "--read-model", model, log=log).json["rows"] > least
    finally:
        over.set()
        writing.join()
    assert projection.is_alive() and projection.client().get("/health/ready").status == 200


def test_foreign_records_in_a_topic_are_told(scene, shared_broker):
    log = scene.topic_on(shared_broker)
    service, projection = scene.command_service(log), scene.projection_service(log)
    log.produce(None, b"rubbish", folder=scene.folder, partition=3)
    await_read(projection, service.client().create("Task").token)
    wait_until(lambda: projection.client().get("/v1/projection").json["parked"] == 1, "the rubbish is parked")
    model = scene.folder / f"{projection.name}.db"
    code, differences = verify("--read-model", model, log=log)
    assert code == 1 and [(kind, where) for kind, where, _ in differences] == [("malformed", "3:0")]
    assert verify("--allow-malformed", "--read-model", model, log=log) == (0, [])


def test_a_topic_that_has_lost_its_beginning_is_told(scene, shared_broker):
    log = scene.topic_on(shared_broker)
    service, projection = scene.command_service(log, "--partitions", 1), scene.projection_service(log)
    for number in range(5):
        created = service.client().create(f"Task {number}")
    await_read(projection, created.token)
    assert service.terminate() == 0 and projection.terminate() == 0
    shared_broker.delete_records(log.topic, 0, 3)
    outcome = replay("verify", "--read-model", scene.folder / f"{projection.name}.db", log=log)
    assert outcome.code == 1 and "damaged log: " in outcome.out and "the read model was not compared" in outcome.out
    assert replay("stats", log=log).code == 3


def test_quarantined_streams_are_compared_too(scene, golden_log):
    model = scene.folder / "model.db"
    well("rebuild", "--into", model, log=golden_log)
    code, differences = verify("--read-model", model, "--allow-malformed", log=golden_log)
    assert [kind for kind, _, _ in differences] == ["unreadable"]
    change(model, "UPDATE parked_records SET value = x'00' WHERE stream_no IS NOT NULL")
    _, differences = verify("--read-model", model, "--allow-malformed", log=golden_log)
    found(differences, "row-differs", r"parked_records\[partition=0 record_offset=7\].value")


def test_what_cannot_be_compared_is_said(scene, golden_log):
    nowhere = replay("verify", "--read-model", scene.folder / "nowhere.db", log=golden_log)
    assert nowhere.code == 3 and "is not there" in nowhere.err
    (scene.folder / "other").write_text("something else")
    other = replay("verify", "--read-model", scene.folder / "other", log=golden_log)
    assert other.code == 3 and "read model" in other.err
    model = scene.folder / "model.db"
    well("rebuild", "--into", model, log=golden_log)
    change(model, "UPDATE meta SET value = '99' WHERE name = 'schema'")
    newer = replay("verify", "--read-model", model, log=golden_log)
    assert newer.code == 3 and "schema 99" in newer.err
