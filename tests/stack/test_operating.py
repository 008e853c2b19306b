"""docs/operating.md: what it tells to ask first, and to do when an alert rings, is run against the stack."""

import json
import re

from taskstream.stack import BROKERS, COMMANDS, PROJECTIONS
from taskstream.waiting import wait_until


def test_who_has_a_token_writes_and_reads_with_curl(stack, page):
    _, ask = page.blocks("The stack")
    said = page.run(ask, TOKEN=stack.token)
    created, _ = json.JSONDecoder().raw_decode(said[said.index("{"):])

    def listed():
        return created["taskId"] in page.run(ask, TOKEN=stack.token).partition('"items"')[2]
    wait_until(listed, "the list has the task")


def test_containers_and_their_last_words_are_shown(page):
    look, _ = page.blocks("TaskstreamDown")
    said = page.run(look)
    assert all(service in said for service in (*BROKERS, *COMMANDS, *PROJECTIONS, "proxy", "prometheus")), said
    assert "listening on" in said, said


def test_a_token_of_prometheus_that_was_revoked_is_made_anew(stack, page):
    _, make_anew = page.blocks("TaskstreamDown")
    before = stack.execute("prometheus", "cat", "/run/secrets/metrics-token")
    stack.compose("run", "--rm", "token", "revoke", "prometheus", timeout_s=60)
    wait_until(lambda: set(stack.scraped().values()) == {"down"}, "no service takes the token any more", 90.0, 1.0)
    page.run(make_anew)
    wait_until(lambda: set(stack.scraped().values()) == {"up"}, "every service is scraped again", 90.0, 1.0)
    assert stack.execute("prometheus", "cat", "/run/secrets/metrics-token") != before
    # A second time there is nothing to do.
    page.run(make_anew)
    wait_until(lambda: "Prometheus has its token" in stack.said("auth"), "the container says so")  # `up -d` waits for nothing


def test_a_service_is_asked_whether_it_is_ready(page):
    ask, = page.blocks("TaskstreamNotReady")
    said = page.run(ask)
    assert re.match(r"HTTP/1\.1 200 ", said) and "ready" in said, said


def test_the_brokers_are_shown(page):
    look, = page.blocks("TaskstreamLogUnreachable")
    assert all(broker in page.run(look) for broker in BROKERS)


def test_the_records_of_the_last_minutes_are_shown(stack, page):
    look, = page.blocks("TaskstreamContention")
    task = stack.commands().create("Written a moment ago").json["taskId"]
    assert task in page.run(look)
