"""Events leave a log and come back into an empty one, the same; half of them never look like the whole."""

import json
import signal
import subprocess
from contextlib import contextmanager

import pytest
from taskstream.checks import assert_refuses
from taskstream.file_log import FileLog
from taskstream.fold import Fold
from taskstream.replay import PROGRAM, interrupt, replay, running, well
from taskstream.waiting import wait_until
from taskstream.written_log import TASK, golden_records, state_of, write_log


def events_of(log):
    """All that counts of each stream's events."""
    fold = Fold(log.records(), log.partitions)
    return {key: [(event.record.headers, event.record.value) for event in stream.accepted]
            for key, stream in fold.streams.items() if key != "log/genesis"}


def genesis_of(log):
    (event,) = Fold(log.records(), log.partitions).streams["log/genesis"].accepted
    return json.loads(event.record.value)


def read_model_of(scene, log):
    path = scene.folder / f"of-{len(list(scene.folder.iterdir()))}.db"
    well("rebuild", "--into", path, log=log)
    return state_of(path)


def test_the_same_events_come_back(scene, told):
    exported = scene.folder / "events.ndjson.zst"
    well("export", exported, log=told.log)
    copy = FileLog(scene.folder / "copy.log")
    well("import", exported, log=copy)
    assert events_of(copy) == events_of(told.log)
    assert read_model_of(scene, copy) == read_model_of(scene, told.log) == state_of(told.read_model)
    mine, theirs = genesis_of(copy), genesis_of(told.log)
    assert mine["logId"] != theirs["logId"] and mine["partitions"] == 1
    assert (mine["idNamespace"], mine["maxClockSkewMs"]) == (theirs["idNamespace"], theirs["maxClockSkewMs"])
    assert well("verify", log=copy).out.endswith("no differences\n")


def test_from_kafka_to_a_file_and_back(scene, told, shared_broker):
    """And into a topic with another number of partitions."""
    there, back = FileLog(scene.folder / "there.log"), scene.topic_on(shared_broker)
    back.partitions = 5
    for source, target, more in ((told.log, there, ()), (there, back, ("--partitions", "5"))):
        with subprocess.Popen([PROGRAM, "export", "--log", source.url, "-"], stdout=subprocess.PIPE) as exporting:
            well("import", "-", *more, log=target, stdin=exporting.stdout)
        assert exporting.returncode == 0
    assert events_of(back) == events_of(there) == events_of(told.log)
    assert genesis_of(back)["partitions"] == 5
    # Services take it for the log that it is, and go on in it.
    service, projection = scene.command_service(back), scene.projection_service(back)
    path = f"/v1/tasks/{told.ids['first']}"
    newest = service.client().get(path)
    assert projection.client().get(path, Consistency_Token=newest.token, Prefer="wait=20").json == newest.json
    assert service.client().move(told.ids["first"], 7, "IN_PROGRESS").status == 200


def test_a_key_that_was_used_before_is_known_after(scene):
    log, copy = scene.file_log(), FileLog(scene.folder / "copy.log")
    service = scene.command_service(log)
    created = service.client().create("Once", {"Idempotency-Key": "my-key"})
    assert created.status == 201 and service.terminate() == 0
    well("export", scene.folder / "x.ndjson", log=log)
    well("import", scene.folder / "x.ndjson", log=copy)
    again = scene.command_service(copy).client().create("Once", {"Idempotency-Key": "my-key"})
    assert again.json["taskId"] == created.json["taskId"] and again.headers["Idempotency-Replayed"] == "true"


def test_whatever_lies_in_a_record_comes_back_byte_for_byte(scene):
    odd = [key_headers_value for key_headers_value in golden_records()]
    key, headers, _ = odd[2]
    numbers = b'{ "a": 1.50e+3, "b": 12345678901234567890, "c": "\\u00e4\\/" ,"c":1}'
    made = [
        ("a value that is no JSON", dict(), b"\x00\xff\n"),
        ("no value", dict(), b""),
        ("lexemes of its own", dict(), numbers),
        ("blanks around it", dict(), b' {"a": 1} '),
        ("two lines", dict(), b'{"a":\n1}'),
        ("a scalar", dict(), b"7"),
        ("a header twice", dict(twice=("ce_actor", b"ben")), b"{}"),
        ("a header that is no text", dict(ce_source=b"\xff\xfe"), b"{}"),
        ("a header of another kind", dict(twice=("X-Other", b"1")), b"{}"),
        ("an attribute of its own", dict(ce_mine=b"2"), b"{}"),
        ("another subject", dict(ce_subject=b"elsewhere"), b"{}"),
        ("no subject", dict(ce_subject=None), b"{}"),
        ("an attribute called data", dict(ce_data=b"x"), b"{}"),
        ("a line in a header", dict(ce_actor='a\n"b"'.encode()), b"{}"),
    ]
    records = golden_records()[:1]
    for number, (what, other, value) in enumerate(made):
        record_key = f"task/{number}".encode()
        changed = {name: h for name, h in dict(headers).items()}
        changed.update({"ce_streamversion": b"1", "ce_subject": record_key, "ce_id": f"0197f2c4-0000-7000-8000-0000000002{number:02d}".encode()})
        twice = other.pop("twice", None)
        changed.update(other)
        listed = [(name, h) for name, h in changed.items() if h is not None]
        records.append((record_key, listed + ([twice] if twice else []), value))
    log, copy = write_log(scene.folder / "odd.log", records), FileLog(scene.folder / "copy.log")
    exported = scene.folder / "odd.ndjson"
    well("export", exported, log=log)
    for line in exported.read_bytes().splitlines():
        event = json.loads(line)
        assert {"specversion", "id", "source", "type"} <= event.keys() and event["specversion"] == "1.0"
    well("import", exported, log=copy)
    assert events_of(copy) == events_of(log) and len(events_of(log)) == len(made)


def test_what_was_superseded_or_malformed_stays_behind(scene, golden_log):
    copy = FileLog(scene.folder / "copy.log")
    well("export", scene.folder / "x.ndjson", log=golden_log)
    well("import", scene.folder / "x.ndjson", log=copy)
    assert events_of(copy) == events_of(golden_log)
    stats = well("stats", "--json", log=copy).json
    assert (stats["records"], stats["accepted"], stats["superseded"], stats["malformed"]) == (8, 8, 0, 0)


def test_a_log_with_records_takes_no_import(scene, told):
    exported = scene.folder / "x.ndjson"
    well("export", exported, log=told.log)
    before = told.log.records()
    outcome = replay("import", exported, log=told.log)
    assert outcome.code == 3 and "has records already" in outcome.err
    assert told.log.records() == before
    well("verify", log=told.log)


def test_an_export_never_writes_over_a_file(scene, golden_log):
    taken = scene.folder / "taken"
    taken.write_text("mine")
    outcome = replay("export", taken, log=golden_log)
    assert outcome.code == 3 and "is there already" in outcome.err and taken.read_text() == "mine"


def lines_of_export(scene, log):
    exported = scene.folder / "whole.ndjson"
    well("export", exported, log=log)
    return exported.read_bytes().splitlines(keepends=True)


DAMAGED = {
    "cut short": (lambda lines: lines[:-1], "cut short"),
    "cut within a line": (lambda lines: lines[:-1] + [lines[-1][:20]], "it is not JSON"),
    "empty": (lambda lines: [], "empty"),
    "an event left out": (lambda lines: lines[:3] + lines[4:], "stands at version"),
    "the last event left out": (lambda lines: lines[:-2] + lines[-1:], "names 8 events"),
    "an event twice": (lambda lines: lines[:3] + lines[2:], "stands at version"),
    "no first event": (lambda lines: lines[1:], "line 1"),
    "more behind the end": (lambda lines: lines + lines[-1:], "behind the closing line"),
    "no JSON": (lambda lines: lines[:2] + [b"hello\n"] + lines[2:], "line 3"),
    "no key": (lambda lines: lines[:2] + [b'{"specversion":"1.0"}\n'] + lines[2:], "line 3"),
    "a member twice": (lambda lines: lines[:2] + [lines[2].replace(b"{", b'{"actor":"x",', 1)] + lines[3:], "twice"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_export_is_refused_and_nothing_is_made(scene, golden_log, what):
    damage, words = DAMAGED[what]
    broken = scene.folder / "broken.ndjson"
    broken.write_bytes(b"".join(damage(lines_of_export(scene, golden_log))))
    before = set(scene.folder.iterdir())
    outcome = replay("import", broken, log=f"file:{scene.folder}/copy.log")
    assert outcome.code == 3 and words in outcome.err, outcome
    with open(broken, "rb") as stdin:
        assert replay("import", "-", log=f"file:{scene.folder}/copy.log", stdin=stdin).code == 3
    assert set(scene.folder.iterdir()) == before


def test_a_compressed_export_that_is_cut_is_refused(scene, golden_log):
    whole, cut = scene.folder / "whole.zst", scene.folder / "cut.zst"
    well("export", whole, log=golden_log)
    cut.write_bytes(whole.read_bytes()[:-10])
    outcome = replay("import", cut, log=f"file:{scene.folder}/copy.log")
    assert outcome.code == 3 and "cut short" in outcome.err


@contextmanager
def import_that_waits(scene, golden_log, log):
    """An import whose input never ends."""
    lines = lines_of_export(scene, golden_log)
    with running("import", "--log", log.url, "-", stdin=subprocess.PIPE, stderr=subprocess.PIPE) as importing:
        importing.stdin.write(b"".join(lines[:-2]))
        importing.stdin.flush()
        yield importing


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_import_into_a_file_leaves_nothing(scene, golden_log, how):
    log = FileLog(scene.folder / "copy.log")
    with import_that_waits(scene, golden_log, log) as importing:
        wait_until(lambda: list(scene.folder.glob("copy.log.importing-*")), "the import has begun")
        assert interrupt(importing, how) == 130
    assert list(scene.folder.glob("copy.log*")) == []


def test_an_interrupted_import_into_a_topic_is_taken_for_no_log(scene, golden_log, shared_broker):
    log = scene.topic_on(shared_broker)

    def has_begun():
        refused = replay("stats", log=log)
        return refused.code == 3 and "being filled by an import" in refused.err
    with import_that_waits(scene, golden_log, log):  # and is killed: nothing can be said or undone any more
        wait_until(has_begun, "the import has begun")
    assert_refuses(scene.command_service(log, start=False), "being filled by an import", "--delete --topic " + log.topic)
    assert_refuses(scene.projection_service(log, start=False), "being filled by an import")
    assert replay("import", scene.folder / "whole.ndjson", log=log).code == 3


def test_an_import_into_an_empty_topic_keeps_its_settings(scene, golden_log, shared_broker):
    log = scene.topic_on(shared_broker)
    shared_broker.create_topic(log.topic, max_message_bytes="2000000")
    exported = scene.folder / "x.ndjson"
    well("export", exported, log=golden_log)
    well("import", exported, log=log)
    assert events_of(log) == events_of(golden_log)
    assert shared_broker.settings_of(log.topic)["max.message.bytes"] == "2000000"
    assert shared_broker.settings_of(log.topic)["retention.ms"] == "-1"
    assert TASK in well("events", log=log).out
