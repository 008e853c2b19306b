"""More tasks than memory may hold: bounded, as fast as with few, and quick to start."""

import random
import statistics
import time

import pytest
from taskstream.file_log import FileLog
from taskstream.long_log import append_tasks, task_id

FEW = 10_000
EDITS = 2_000
BEHIND = 100_000


def log_with(scene, tasks):
    """A log with a genesis and this many tasks."""
    log = FileLog(scene.folder / f"{tasks}.log")
    scene.command_service(log).terminate()
    begun = time.monotonic()
    append_tasks(log, 0, tasks)
    print(f"{tasks:,} tasks written in {time.monotonic() - begun:.1f} s")
    return log


def edit_p50_ms(service, tasks, seed):
    """Of edits of tasks here and there, one after the other."""
    client, rng, times = service.client(), random.Random(seed), []
    for task in rng.sample(range(tasks), EDITS):
        begun = time.perf_counter()
        answer = client.edit(task_id(task), "*", title=f"Edited {rng.random()}")
        times.append(time.perf_counter() - begun)
        assert answer.status == 200, answer
    return statistics.median(times) * 1000


def start(service, what, timeout_s=60.0):
    """The processor's time that it took: what it takes by the clock depends on who else is at work."""
    begun = time.monotonic()
    service.start(timeout_s)
    print(f"{what}: ready after {time.monotonic() - begun:.2f} s, {service.processor_s():.2f} s of processors, "
          f"peak {service.peak_memory_mib():.0f} MiB")
    return service.processor_s()


@pytest.mark.memory
@pytest.mark.parametrize("tasks, budget_mib, resident_mib", [
    pytest.param(1_000_000, 32, 128, id="1M"),
    pytest.param(10_000_000, 256, 400, id="10M", marks=pytest.mark.long),
])
def test_memory_is_bounded_commands_stay_fast_and_a_start_is_quick(scene, tasks, budget_mib, resident_mib):
    few = scene.command_service(log_with(scene, FEW))
    log = log_with(scene, tasks)
    many = scene.command_service(log, "--memory-budget-mb", budget_mib, start=False)
    start(many, f"{tasks:,} records read for the first time", 1_800.0)
    with_few, with_many = edit_p50_ms(few, FEW, 1), edit_p50_ms(many, tasks, 2)
    print(f"an edit, p50: {with_few:.2f} ms with {FEW:,} tasks, {with_many:.2f} ms with {tasks:,}: ratio {with_many / with_few:.2f}")
    peaks = [many.peak_memory_mib()]

    assert many.terminate() == 0
    after_stop = start(many, "a start after a stop")
    many.client().edit(task_id(0), "*", title="Before the kill")
    peaks.append(many.peak_memory_mib())
    many.kill()
    append_tasks(log, tasks, BEHIND)
    after_kill = start(many, f"a start after kill -9, {BEHIND:,} records behind")
    assert many.client().get(f"/v1/tasks/{task_id(tasks + BEHIND - 1)}").status == 200
    assert many.client().get(f"/v1/tasks/{task_id(0)}").json["title"] == "Before the kill"
    peaks.append(many.peak_memory_mib())

    print(f"peak memory {max(peaks):.0f} MiB")
    assert max(peaks) < resident_mib
    assert after_stop <= 2 and after_kill <= 5
    assert with_many < 4 * with_few
