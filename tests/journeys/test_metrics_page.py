"""The page, the alerts and the dashboard that name metrics: each is served, as it is described."""

import re
import socket

from taskstream.checks import await_caught_up
from taskstream.metrics import Scrape, promtool, scrape
from taskstream.places import ROOT
from taskstream.waiting import wait_until

HISTOGRAM_PARTS = ("_bucket", "_sum", "_count")


def documented():
    """The metrics of docs/metrics.md: name, type, labels."""
    table = re.compile(r"^\| `((?:taskstream|process)_\w+)` \| (\w+) \|(.*?)\| .+ \|$", re.M)
    rows = table.findall((ROOT / "docs/metrics.md").read_text())
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def named_in(text):
    names = set(re.findall(r"\b(?:taskstream|process)_\w+", text))
    return {re.sub(f"({'|'.join(HISTOGRAM_PARTS)})$", "", name) if documented().get(name) is None else name for name in names}


def served_by(scene, log):
    """All that both services serve once each of its parts has had something to do."""
    command, projection = scene.command_service(log), scene.projection_service(log)
    await_caught_up(projection)
    created = command.client().create("Traffic")
    assert command.client().get(f"/v1/tasks/{created.json['taskId']}").status == 200
    assert projection.client().get("/v1/tasks", Consistency_Token=created.token).status == 200
    for service in (command, projection):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(b"BAD\r\n\r\n")
            connection.recv(100)
        if log.url.startswith("kafka"):
            wait_until(lambda: scrape(service).sum("taskstream_kafka_broker_up") > 0, "librdkafka has told of itself")
            wait_until(lambda: scrape(service).sum("taskstream_kafka_broker_rtt_seconds") > 0, "… and of a round trip")
    return [scrape(command), scrape(projection)]


def test_what_is_served_is_what_is_described(scene, shared_broker):
    told = served_by(scene, scene.file_log()) + served_by(scene, scene.topic_on(shared_broker))
    served = {name: {kind for scraped in told if (kind := scraped.types.get(name))} for scraped in told for name in scraped.types}
    described = documented()
    assert set(served) == set(described)
    for name, (kind, labels) in described.items():
        assert served[name] == {kind}, name
        for scraped in told:
            if name in scraped.types:
                assert scraped.labels_of(name) == labels, name
    for path in ("compose/alerts.yml", "compose/grafana/dashboard.json"):
        named = named_in((ROOT / path).read_text())
        assert len(named) > 10 and named <= served.keys(), (path, named - served.keys())
    for scraped in told:
        promtool("check", "metrics", said=scraped.text)
        assert all(scraped.helps[name] for name in scraped.types)


def test_every_label_that_an_alert_looks_at_is_there():
    known = documented()
    expressions = (ROOT / "compose/alerts.yml").read_text() + (ROOT / "compose/grafana/dashboard.json").read_text().replace('\\"', '"')
    selectors = re.findall(r"\b((?:taskstream|process)_\w+)\{([^}]*)\}", expressions)
    assert selectors
    for name, selector in selectors:
        base = name if name in known else re.sub(f"({'|'.join(HISTOGRAM_PARTS)})$", "", name)
        labels = {label for label, _ in re.findall(r'(\w+)\s*(=~|!=|!~|=)', selector)}
        assert labels <= known[base][1] | {"job", "instance"}, (name, selector)


def test_a_scrape_is_read_as_it_stands():
    scraped = Scrape('# HELP a_total A.\n# TYPE a_total counter\na_total{x="1,\\"2",y="z"} 3\na_total{y="z"} 1e3\n')
    assert scraped.value("a_total", x='1,\\"2', y="z") == 3 and scraped.sum("a_total", y="z") == 1003
