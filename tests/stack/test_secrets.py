"""No secret ever appears in a log, an error or a metric: those of the whole stack are looked for in all that its containers say."""

import base64
import json
import uuid

import pytest
from taskstream.client import Client
from taskstream.stack import COMMANDS, EVERY, PROJECTIONS, PROXY_PORT
from taskstream.waiting import wait_until

# The auth container says what it did; its words are kept as those of the others are.
ALL = (*EVERY, "auth")


@pytest.fixture(scope="module")
def planted(started):
    """What clients sent where it belongs and where it does not, and what the stack made: by name."""
    stack, _ = started
    secrets = {name: f"planted-{name}-{uuid.uuid4().hex}" for name in ("bearer", "basic", "in-the-query", "beside", "searched-for")}
    secrets["genuine, in the query"] = stack.token_of(stack.compose("run", "--rm", "token", "make", "--subject", str(uuid.uuid4()),
                                                                   "--scope", "tasks:read", timeout_s=120))
    marks = []
    for prefix, path in (("/command", "/v1/me"), ("", "/v1/tasks")):
        marks.append(uuid.uuid4().hex)
        for fields in ({"Authorization": f"Bearer {secrets['bearer']}"}, {"Authorization": f"Basic {secrets['basic']}"},
                       {"Authorization": secrets["bearer"]}, {"Proxy-Authorization": f"Bearer {secrets['beside']}"},
                       {"Cookie": f"token={secrets['beside']}"}, {}):
            for query in (f"access_token={secrets['in-the-query']}", f"access_token={secrets['genuine, in the query']}",
                          f"q={secrets['searched-for']}"):
                answer = ask("GET", f"{prefix}{path}?{query}", fields)
                assert answer.status == 401, answer
                # A problem document repeats the request's target to who sent it, so that the fields alone are looked for in it.
                assert not any(text in answer.body.decode() for name, text in secrets.items() if name in ("bearer", "basic", "beside"))
        known = {"Authorization": f"Bearer {stack.token}"}
        assert ask("GET", f"{prefix}{path}?access_token={secrets['in-the-query']}", known).status == 422
        assert ask("GET", f"{prefix}/v1/tasks/{marks[-1]}", known).status == 400
    # What was asked last has been told: so has all that came before it.
    for mark in marks:
        wait_until(lambda: mark in stack.said("proxy"), "the proxy has told of the last request")
    for prefix, services in zip(marks, (COMMANDS, PROJECTIONS)):
        wait_until(lambda: any(prefix in stack.said(service) for service in services), "a service has told of the last request")
    for number, token in enumerate(stack.tokens):
        secrets[f"token {number} that was made"] = token
    secrets["the token of Prometheus"] = stack.execute("prometheus", "cat", "/run/secrets/metrics-token").strip()
    return secrets


def ask(method, path, fields):
    client = Client(PROXY_PORT)
    try:
        return client.request(method, path, headers=fields)
    finally:
        client.close()


def told_in(text, secrets):
    """Those that stand in a text: as they are, by their ends, or written in another way."""
    def spellings(secret):
        raw = secret.encode()
        return secret, secret[-24:], raw.hex(), base64.b64encode(raw).decode()[:-4]
    return {name for name, secret in secrets.items() if any(spelling in text for spelling in spellings(secret))}


def test_the_search_finds_what_is_planted(planted):
    for name, secret in planted.items():
        for text in (secret, secret.encode().hex(), f'"GET /?q={secret} HTTP/1.1"', base64.b64encode(secret.encode()).decode()):
            assert name in told_in(text, planted)
    assert not told_in("nothing", planted)


@pytest.mark.parametrize("service", ALL)
def test_no_container_tells_a_secret(stack, planted, service):
    said = stack.said(service)
    assert said, "what is looked at is what was said"
    assert not told_in(said, planted)


@pytest.mark.parametrize("service", ALL)
def test_no_container_has_a_secret_in_its_environment_or_on_its_command_line(stack, planted, service):
    shown = json.dumps(stack.inspect(service))
    assert "TASKSTREAM_AUTH" in shown or service not in (*COMMANDS, *PROJECTIONS, "auth")
    assert not told_in(shown, planted)


@pytest.mark.parametrize("service, port", [*((it, 8080) for it in COMMANDS), *((it, 8081) for it in PROJECTIONS)])
def test_no_metric_tells_a_secret(stack, planted, service, port):
    field = f"Authorization: Bearer {planted['the token of Prometheus']}"
    told = stack.execute("prometheus", "wget", "-q", "-O", "-", "--header", field, f"http://{service}:{port}/metrics")
    assert "taskstream_http_requests_total" in told
    assert not told_in(told, planted)


def test_prometheus_keeps_no_secret_of_its_own_either(stack, planted):
    for what in ("status/config", "targets", "label/__name__/values"):
        told = stack.execute("prometheus", "wget", "-q", "-O", "-", f"http://127.0.0.1:9090/api/v1/{what}")
        assert '"status":"success"' in told and not told_in(told, planted), what
