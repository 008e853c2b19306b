"""Each service routes what its openapi.yaml describes: every path, every method, and nothing else."""

import re

import pytest
from taskstream.openapi import METHODS, described
from taskstream.places import ROOT

SERVICES = ["command_service", "projection_service"]


def folder_of(service):
    return ROOT / service.replace("_", "-")


def patterns_of(service):
    """The paths in the tables of routes, of the service and of what both share."""
    own = "".join(source.read_text() for source in folder_of(service).rglob("*.cpp"))
    shared = "".join(source.read_text() for source in (ROOT / "http").glob("*.cpp"))
    return set(re.findall(r'"(/v1/[^"\s]*[^"/\s])"', own)) | set(re.findall(r'\.pattern = "(/[^"]+)"', shared))


@pytest.mark.parametrize("service", SERVICES)
def test_every_path_that_is_routed_is_described(service):
    assert patterns_of(service) == set(described((folder_of(service) / "openapi.yaml").read_text()))


@pytest.mark.parametrize("service", SERVICES)
def test_every_path_takes_the_methods_that_are_described_and_no_other(scene, service):
    log = scene.file_log()
    commands = scene.command_service(log)
    client = (commands if service == "command_service" else scene.projection_service(log)).client()
    text = client.get("/openapi.yaml").body.decode()
    assert text == (folder_of(service) / "openapi.yaml").read_text()
    for path, methods in described(text).items():
        target = re.sub(r"\{\w+\}", "0198c5a2-0000-7000-8000-000000000000", path)
        allow = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        assert allowed(client.request("OPTIONS", target), 204) == allow, path
        for method in METHODS - methods:
            assert allowed(client.request(method, target), 405) == allow, f"{method} {path}"


def allowed(answer, status):
    assert answer.status == status, answer
    return set(answer.headers["Allow"].split(", "))
