"""docs/security.md: its auth file and its claims of a JSON Web Token are taken as it says, and its limits are those of --help."""

import json
import re
import time

import pytest
from taskstream.access import Bearer
from taskstream.identity_provider import IdentityProvider
from taskstream.pages import run
from taskstream.places import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
SERVICES = ("taskstream-command-service", "taskstream-projection-service")
UNITS = {"KiB": 1024, "MiB": 1024 * 1024, "s": 1000}


def test_a_token_of_an_identity_provider_is_taken_as_the_page_says(scene, tmp_path):
    auth_file, claims = map(json.loads, re.findall(r"^```json\n(.*?)^```$", TEXT, re.M | re.S))
    provider = IdentityProvider(tmp_path)
    provider.auth_file.write_text(json.dumps(auth_file))
    log = scene.file_log()
    services = [scene.command_service(log, "--auth", provider.auth_file), scene.projection_service(log, "--auth", provider.auth_file)]
    claims["nbf"], claims["exp"] = int(time.time()), int(time.time()) + 600
    for service in services:
        me = Bearer(service, provider.sign(claims)).get("/v1/me")
        assert me.status == 200, me
        assert (me.json["actor"], me.json["role"], me.json["scopes"]) == (claims["sub"], "member", ["tasks:write"])
        several = {**claims, "aud": ["other", claims["aud"]], "roles": ["member", "auditor", "manager"], "nbf": claims["nbf"] + 20}
        assert Bearer(service, provider.sign(several)).get("/v1/me").json["role"] == "manager"
        for missing in ("iss", "aud", "nbf", "exp", "sub"):
            assert Bearer(service, provider.sign({name: value for name, value in claims.items() if name != missing})).get("/v1/me").status == 401
        assert Bearer(service, provider.sign({**claims, "scope": "profile"})).get("/v1/tasks/" + claims["sub"]).status == 403


def number_of(text):
    number, _, unit = text.replace(",", "").partition(" ")
    return int(number) * UNITS.get(unit, 1)


def limits_of_the_page():
    rows = re.findall(r"^\| .* \| `--([a-z-]+)` \| ([^|]+) \|$", TEXT, re.M)
    return {name: number_of(default) for name, default in rows}


@pytest.mark.parametrize("service", SERVICES)
def test_the_limits_of_the_page_are_those_that_hold_unless_a_flag_says_otherwise(service, tmp_path):
    told = limits_of_the_page()
    shown = {name: int(default) for name, default in re.findall(r"^ +--([a-z-]+) VALUE=(\d+)(?: |$)", run(f"{service} --help", tmp_path), re.M)}
    assert len(shown) > 10
    assert {name: default for name, default in shown.items() if name in told} == {name: told[name] for name in shown if name in told}
    others = {"partitions", "max-clock-skew-ms", "readers"}  # which no client can make grow
    assert set(shown) - set(told) <= others


def test_each_limit_of_the_page_is_a_flag(tmp_path):
    shown = "".join(run(f"{service} --help", tmp_path) for service in SERVICES)
    assert limits_of_the_page()
    for name in limits_of_the_page():
        assert f"--{name} " in shown, name
