"""What whoever sits before it sees: progress, completions, help, exit codes, and that it lets go when it is told to."""

import os
import pty
import re
import signal
import subprocess
import time

import pytest
from taskstream.file_log import FileLog
from taskstream.long_log import append_tasks
from taskstream.places import free_port
from taskstream.replay import PROGRAM, interrupt, replay, running, well
from taskstream.waiting import wait_until
from taskstream.written_log import golden_records, write_log


@pytest.fixture(scope="module")
def long_log(tmp_path_factory):
    log = write_log(tmp_path_factory.mktemp("long") / "long.log", golden_records())
    append_tasks(log, 10, 60_000)
    return log


def on_a_terminal(*arguments, columns=100):
    """What a terminal gets from standard error, and the exit code."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    subprocess.run(["stty", "cols", str(columns)], stdin=theirs, check=True)
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(timeout=30), shown.decode()


def test_a_bar_with_rate_and_time_left_on_a_terminal(long_log):
    code, shown = on_a_terminal("stats", "--log", long_log.url)
    assert code == 0
    drawn = [line for line in shown.split("\r") if line.strip()]
    assert len(drawn) >= 3, drawn
    under_way = [line for line in drawn if "ETA " in line and re.search(r"[1-9][0-9,]*/s", line)]
    assert under_way and re.search(r"reading: \[#*-+\] \d+ %, [\d,]+ of 60,010 records, [\d,]+/s, ETA (\d+:\d\d|-:--)", under_way[0]), drawn
    assert re.search(r"reading: \[#+\] 100 %, 60,010 of 60,010 records, [\d,]+/s, \d+:\d\d", drawn[-1])
    done = [int(re.search(r"([\d,]+) of", line)[1].replace(",", "")) for line in drawn if " of " in line]
    assert done == sorted(done)


def test_a_narrow_terminal_is_never_wrapped(long_log):
    for columns in (20, 60):
        _, shown = on_a_terminal("stats", "--log", long_log.url, columns=columns)
        for line in re.split(r"[\r\n]+", shown):
            assert len(line.replace("\x1b[K", "")) < columns, line


def test_elsewhere_nothing_moves(long_log):
    outcome = well("stats", log=long_log)
    assert outcome.err == "" or re.fullmatch(r"(reading: \d+ %, [^\r\x1b]*\n)+", outcome.err), outcome.err
    _, silent = on_a_terminal("stats", "--log", long_log.url, "--progress=false")
    assert silent == ""


def test_plain_lines_come_every_few_seconds(scene, long_log):
    exported = well("export", "-", log=long_log).out.splitlines(keepends=True)
    importing = subprocess.Popen([PROGRAM, "import", "--log", f"file:{scene.folder}/copy.log", "-"], stdin=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
    importing.stdin.write("".join(exported[:-2]))
    importing.stdin.flush()
    time.sleep(3.2)  # the very thing that is shown
    _, said = importing.communicate("".join(exported[-2:]))
    assert importing.returncode == 0
    assert re.search(r"^importing: [\d,]+ bytes, [\d,]+/s, 0:0\d$", said, re.M), said


def test_exit_codes(golden_log, scene):
    assert replay("stats", log=golden_log).code == 0
    assert replay("verify", log=golden_log).code == 1
    for nonsense in (["frobnicate"], [], ["stats", "--frob"], ["stats", "more"], ["show"], ["show", "x", "--version", "-1"],
                     ["show", "x", "--version", "1", "--at", "2026-01-01T00:00:00Z"], ["show", "no stream!"], ["events", "--from", "noon"],
                     ["events", "--stream", "Task"], ["stats", "--log", "nonsense"], ["completion", "fish"], ["verify", "--limit", "0"],
                     ["import", "x", "--partitions", "007"]):
        outcome = replay(*nonsense, cwd=scene.folder)
        assert (outcome.code, outcome.out) == (2, ""), (nonsense, outcome)
        assert outcome.err.startswith("taskstream-replay"), outcome.err
    assert replay("stats", log="file:nowhere.log", cwd=scene.folder).code == 3
    (scene.folder / "rubbish").write_bytes(b"rubbish" * 1000)
    assert replay("stats", log=f"file:{scene.folder}/rubbish").code == 3


def test_settings_come_from_the_environment_and_a_file_too(golden_log, scene):
    by_variable = well("stats", "--json", environment={"TASKSTREAM_LOG": golden_log.url})
    (scene.folder / "conf").write_text(f"log = {golden_log.url}\njson = true\n")
    by_file = well("stats", "--config", scene.folder / "conf")
    before = well("--log", golden_log.url, "stats", "--json")
    assert by_variable.json == by_file.json == before.json
    assert replay("stats", environment={"TASKSTREAM_LOG": "nonsense"}).code == 2


def complete(*words):
    script = (f'source <({PROGRAM} completion bash); COMP_WORDS=(taskstream-replay {" ".join(repr(word) for word in words)}); '
              f'COMP_CWORD={len(words)}; _taskstream_replay; printf "%s\\n" "${{COMPREPLY[@]}}"')
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_bash_completes_words(scene):
    assert complete("ev") == ["events"]
    assert set(complete("")) >= {"events", "show", "stats", "verify", "rebuild", "export", "import", "completion"}
    assert complete("verify", "--read") == ["--read-model"]
    assert set(complete("events", "--")) >= {"--stream", "--type", "--from", "--to", "--all", "--json", "--log", "--kafka-config"}
    assert complete("completion", "z") == ["zsh"]
    # Every flag that is offered is one that is known.
    for name in ("events", "show", "stats", "verify", "rebuild", "export", "import"):
        shown = well(name, "--help").out
        assert all(re.search(rf"^  (-h,)?{flag}\b", shown, re.M) for flag in complete(name, "--"))


def test_zsh_gets_a_script_that_names_the_same(scene):
    script = well("completion", "zsh").out
    assert script.startswith("#compdef taskstream-replay\n")
    for name in ("events", "show", "stats", "verify", "rebuild", "export", "import", "completion"):
        assert f"    {name}) _arguments" in script and f"'{name}:" in script
    quotes = [line.replace("'\\''", "").count("'") % 2 for line in script.splitlines() if not line.startswith("#")]
    assert not any(quotes), "a quote is left open"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_lets_go_of_a_broker_that_does_not_answer(how):
    """… within a second; on a machine that has other things to do, that shows at the best of some attempts."""
    took = []
    while not took or (min(took) >= 1.0 and len(took) < 5):
        with running("stats", "--log", f"kafka://127.0.0.1:{free_port()}/nowhere", stderr=subprocess.DEVNULL) as process:
            # It is waiting for the broker: librdkafka's threads are there.
            wait_until(lambda: len(os.listdir(f"/proc/{process.pid}/task")) > 3, "it asks the broker")
            begun = time.monotonic()
            assert interrupt(process, how) == 130
            took.append(time.monotonic() - begun)
    assert min(took) < 1.0, took


def test_an_interrupted_verify_leaves_no_scratch_file(scene):
    log = FileLog(scene.folder / "long.log")
    write_log(log.path, golden_records())
    append_tasks(log, 10, 60_000)
    well("rebuild", "--into", scene.folder / "model.db", log=log)
    scratch = scene.folder / "scratch"
    scratch.mkdir()
    with running("verify", "--read-model", scene.folder / "model.db", "--log", log.url, stderr=subprocess.PIPE,
                 stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(scratch)}) as process:
        wait_until(lambda: [p for p in scratch.glob("*/must-be.db") if p.stat().st_size > 0], "it folds the log")
        assert interrupt(process, signal.SIGINT) == 130
    assert list(scratch.iterdir()) == []


def test_an_interrupted_export_leaves_no_file(scene, long_log):
    with running("export", scene.folder / "out.ndjson", "--log", long_log.url, stderr=subprocess.PIPE) as process:
        # It may be through before anybody has looked.
        wait_until(lambda: list(scene.folder.glob("out.ndjson.partial-*")) or process.poll() is not None, "it writes")
        code = interrupt(process, signal.SIGINT)
    left = list(scene.folder.iterdir())
    assert (code, left) == (130, []) or (code, left) == (0, [scene.folder / "out.ndjson"]), "all of it or nothing"


def test_a_reader_that_goes_away_ends_it(long_log):
    done = subprocess.run(["bash", "-c", f"set -o pipefail; '{PROGRAM}' events --log {long_log.url} | head -n 1"], capture_output=True,
                          text=True, timeout=30)
    assert done.stdout.startswith("0:0  ") and done.returncode == 3 and "nobody" in done.stderr
