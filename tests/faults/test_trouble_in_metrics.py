"""What /metrics tells while a service cannot follow its log: that it lags, by how much, and that the log is out of reach."""

import threading

import pytest
from taskstream.checks import await_caught_up
from taskstream.long_log import append_tasks
from taskstream.metrics import scrape
from taskstream.waiting import wait_until

LAG = ("taskstream_fold_lag_records", "taskstream_fold_lag_seconds")
MANY, MISSED = 100_000, 7


def lag_of(service):
    told = scrape(service)
    return [told.value(name) for name in LAG]


def reachable(service):
    return scrape(service).value("taskstream_log_reachable")


def await_no_lag(service):
    wait_until(lambda: lag_of(service) == [0, 0], f"{service.name} lags no more", 60.0)


def test_a_lag_shows_while_a_long_log_is_read_for_the_first_time(scene):
    log = scene.file_log()
    scene.command_service(log).terminate()
    append_tasks(log, 0, MANY)
    for make in (scene.command_service, scene.projection_service):
        service = make(log, start=False).launch()
        service.await_listening()
        records, seconds = wait_until(lambda: all(lag := lag_of(service)) and lag, "it lags", 60.0, pause_s=0.0)
        print(f"{service.name}: {records:.0f} records, {seconds:.3f} s behind")
        assert 0 < records <= MANY + 10
        service.await_ready(120.0)
        await_no_lag(service)


def test_a_lag_grows_while_records_are_held_back(scene, proxied):
    direct, through, proxy = proxied
    log = scene.topic_on(direct)
    writer = scene.command_service(log)
    behind = f"kafka://{through.address}/{log.topic}"
    command, projection = scene.command_service(behind), scene.projection_service(behind)
    await_caught_up(projection)
    for service in (command, projection):
        await_no_lag(service)
    proxy.hold()
    try:
        tasks = [writer.client().create(f"Task {i}").headers["Location"] for i in range(MISSED)]
        # A command-service learns of the end when a read needs it: of the partition that the task is in.
        reading = threading.Thread(target=lambda: command.client().get(tasks[0]))
        reading.start()
        for service, at_least in ((command, 1), (projection, MISSED)):
            before = wait_until(lambda: (lag := lag_of(service))[0] >= at_least and lag, f"{service.name} lags")
            wait_until(lambda: lag_of(service)[1] > before[1] + 0.2, f"{service.name} is ever further behind")
    finally:
        proxy.release()
    reading.join()
    for service in (command, projection):
        await_no_lag(service)


def test_a_broker_that_is_away_shows_and_that_it_is_back(scene, own_broker):
    log = scene.topic_on(own_broker)
    services = [scene.command_service(log), scene.projection_service(log)]
    assert [reachable(service) for service in services] == [1, 1]
    own_broker.pause()
    try:
        for service in services:
            wait_until(lambda: reachable(service) == 0, f"{service.name} tells that the log is away", 60.0)
    finally:
        own_broker.resume()
    for service in services:
        wait_until(lambda: reachable(service) == 1, f"{service.name} tells that it is back", 60.0)
