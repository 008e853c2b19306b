"""The files for Prometheus and Grafana, as far as they can be checked without either of them running. That each metric in them
is served by the services is a journey's matter."""

import json
import re
import shutil

import pytest
from taskstream.metrics import promtool
from taskstream.places import ROOT

COMPOSE = ROOT / "compose"


@pytest.fixture
def files(tmp_path):
    """A copy, with a token where the compose stack mounts one: promtool looks for it."""
    token = tmp_path / "token"
    token.write_text("a token")
    shutil.copy(COMPOSE / "alerts.yml", tmp_path)
    shutil.copy(ROOT / "tests/compose/alerts_test.yml", tmp_path)
    config = (COMPOSE / "prometheus.yml").read_text()
    assert "/run/secrets/metrics-token" in config
    (tmp_path / "prometheus.yml").write_text(config.replace("/run/secrets/metrics-token", str(token)))
    return tmp_path


def test_prometheus_takes_its_files(files):
    assert "SUCCESS" in promtool("check", "config", files / "prometheus.yml")
    assert re.search(r"SUCCESS: \d\d rules found", promtool("check", "rules", files / "alerts.yml"))


def test_alerts_come_of_what_they_are_for_and_of_nothing_else(files):
    assert "SUCCESS" in promtool("test", "rules", files / "alerts_test.yml")
    named = set(re.findall(r"alertname: (\w+)", (files / "alerts_test.yml").read_text()))
    assert named == set(re.findall(r"- alert: (\w+)", (files / "alerts.yml").read_text())), "each is tried"


def test_each_alert_says_what_is_wrong_and_where_to_read_on():
    text = (COMPOSE / "alerts.yml").read_text()
    alerts = re.findall(r"^      - alert: (\w+)$", text, re.M)
    assert len(alerts) == len(set(alerts)) > 15
    assert re.findall(r"^          runbook_url: docs/operating\.md#(\w+)$", text, re.M) == [name.lower() for name in alerts]
    assert set(re.findall(r"^          severity: (\w+)$", text, re.M)) == {"page", "ticket"}
    listed = re.findall(r"^\| `(Taskstream\w+)` \| \w", (ROOT / "docs/metrics.md").read_text(), re.M)
    assert sorted(listed) == sorted(alerts)


def test_the_dashboard_is_whole():
    dashboard = json.loads((COMPOSE / "grafana/dashboard.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["targets"] and all(target["expr"] and target["legendFormat"] for target in panel["targets"])
    taken = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(taken)) == len(taken), "no panel lies on another"
