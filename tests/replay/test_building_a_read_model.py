"""A read model from nothing, and in the place of another one; never half of one."""

import signal
import subprocess

from taskstream.checks import assert_read_model_equals_fold
from taskstream.file_log import FileLog
from taskstream.long_log import append_tasks
from taskstream.replay import interrupt, replay, running, well
from taskstream.waiting import wait_until
from taskstream.written_log import change, golden_records, rows, state_of, write_log


def models_in(folder):
    return sorted(path.name for path in folder.iterdir() if ".db" in path.name and not path.name.endswith((".lock", "-wal", "-shm")))


def test_it_is_what_the_service_makes(scene, told):
    fresh = scene.folder / "fresh.db"
    well("rebuild", "--into", fresh, log=told.log)
    assert state_of(fresh) == state_of(told.read_model)
    well("verify", "--read-model", fresh, log=told.log)
    projection = scene.projection_service(told.log, "--read-model", fresh)
    assert_read_model_equals_fold(projection, told.log)


def test_a_file_that_is_there_is_left_alone(scene, file_told):
    taken = scene.folder / "taken.db"
    taken.write_text("mine")
    outcome = replay("rebuild", "--into", taken, log=file_told.log)
    assert outcome.code == 3 and "is there already" in outcome.err and taken.read_text() == "mine"
    outcome = replay("rebuild", "--swap", scene.folder / "nowhere.db", log=file_told.log)
    assert outcome.code == 3 and "--into" in outcome.err
    assert replay("rebuild", log=file_told.log).code == 2
    assert replay("rebuild", "--into", "a", "--swap", "b", log=file_told.log).code == 2


def test_it_takes_the_place_of_a_damaged_one(scene, file_told):
    healthy = state_of(file_told.read_model)
    change(file_told.read_model, "UPDATE tasks SET title = 'x', body = '{}'")
    well("rebuild", "--swap", file_told.read_model, log=file_told.log)
    assert state_of(file_told.read_model) == healthy
    file_told.read_model.write_bytes(b"no database at all" * 1000)
    outcome = well("rebuild", "--swap", file_told.read_model, log=file_told.log)
    assert "without a look" in outcome.err and state_of(file_told.read_model) == healthy
    well("verify", "--read-model", file_told.read_model, log=file_told.log)


def test_a_live_one_is_left_to_its_service(scene, log):
    service, projection = scene.command_service(log), scene.projection_service(log)
    service.client().create("Task")
    model = scene.folder / f"{projection.name}.db"
    outcome = replay("rebuild", "--swap", model, log=log)
    assert outcome.code == 3 and "POST /v1/projection/rebuild" in outcome.err, outcome
    assert_read_model_equals_fold(projection, log)
    assert not list(scene.folder.glob("*rebuilding*"))


def test_it_does_not_go_back_behind_what_readers_saw(scene, file_told):
    change(file_told.read_model, "UPDATE positions SET next = next + 1")
    outcome = replay("rebuild", "--swap", file_told.read_model, log=file_told.log)
    assert outcome.code == 3 and "further than this log goes" in outcome.err
    other = write_log(scene.folder / "other.log", golden_records())
    outcome = replay("rebuild", "--swap", file_told.read_model, log=other)
    assert outcome.code == 3 and "was made from the log" in outcome.err
    assert not list(scene.folder.glob("*rebuilding*"))


def test_an_interrupted_rebuild_leaves_nothing(scene):
    log = FileLog(scene.folder / "long.log")
    write_log(log.path, golden_records())
    append_tasks(log, 10, 200_000)
    for how, flag, target in ((signal.SIGINT, "--into", "fresh.db"), (signal.SIGTERM, "--into", "fresh.db")):
        with running("rebuild", flag, scene.folder / target, "--log", log.url, stderr=subprocess.PIPE) as building:
            draft = wait_until(lambda: [p for p in scene.folder.glob("fresh.db.rebuilding-*[0-9]") if p.stat().st_size > 0],
                               "the rebuild has written something")
            assert interrupt(building, how) == 130 and b"interrupted" in building.stderr.read()
        assert models_in(scene.folder) == [] and draft
    assert rows(log.path, "SELECT count(*) FROM records") == [(200_010,)]
