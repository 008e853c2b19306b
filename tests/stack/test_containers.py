"""What the containers of compose/docker-compose.yml may do."""

import json

import pytest
from taskstream.stack import BROKERS, COMMANDS, EVERY, PROJECT, PROJECTIONS
from taskstream.waiting import wait_until

OURS = (*COMMANDS, *PROJECTIONS)


@pytest.mark.parametrize("service", EVERY)
def test_a_container_has_no_more_than_it_needs(stack, service):
    found = stack.inspect(service)
    host = found["HostConfig"]
    assert found["Config"]["User"].split(":")[0] not in ("", "0", "root")
    assert "uid=0" not in stack.execute(service, "id")
    assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"] and not host["Privileged"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["Memory"] > 0 and host["NanoCpus"] > 0 and host["PidsLimit"] > 0
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert found["Config"]["StopTimeout"] >= 15
    assert found["Config"]["Healthcheck"]["Test"]
    with pytest.raises(AssertionError, match="Read-only file system"):
        stack.execute(service, "touch", "/written")


@pytest.mark.parametrize("service", (*BROKERS, *OURS))
def test_nothing_but_the_proxy_and_prometheus_is_published(stack, service):
    assert not any(stack.inspect(service)["NetworkSettings"]["Ports"].values())


@pytest.mark.parametrize("service", ("proxy", "prometheus"))
def test_what_is_published_is_on_loopback_alone(stack, service):
    bound = [where for ports in stack.inspect(service)["NetworkSettings"]["Ports"].values() for where in ports or []]
    assert bound and all(where["HostIp"] == "127.0.0.1" for where in bound)


def test_prometheus_scrapes_every_service_and_knows_the_alerts(stack):
    wait_until(lambda: stack.scraped() == dict.fromkeys(OURS, "up"), "Prometheus has scraped every service", 90.0, 1.0)
    rules = json.loads(stack.execute("prometheus", "wget", "-q", "-O", "-", "http://127.0.0.1:9090/api/v1/rules"))["data"]
    assert sum(len(group["rules"]) for group in rules["groups"]) >= 20


@pytest.mark.parametrize("service", BROKERS)
def test_a_broker_keeps_its_log_in_a_volume(stack, service):
    assert "taskstream-0" in stack.execute(service, "ls", "/var/lib/kafka/data").replace("taskstream-1", "taskstream-0")
    assert {mount["Destination"]: mount.get("Name") for mount in stack.inspect(service)["Mounts"]}["/var/lib/kafka/data"] == f"{PROJECT}_{service}"


def test_no_service_was_restarted_by_the_engine(stack):
    assert {service: stack.inspect(service)["RestartCount"] for service in EVERY} == dict.fromkeys(EVERY, 0)


def test_secrets_are_readable_by_those_alone_who_need_them(stack):
    assert stack.execute("command-1", "stat", "-c", "%a %U", "/etc/taskstream/auth.json").split() == ["600", "taskstream"]
    assert stack.execute("prometheus", "stat", "-c", "%a %u %g", "/run/secrets/metrics-token").split() == ["640", "10001", "10001"]
    assert stack.execute("prometheus", "cat", "/run/secrets/metrics-token").startswith("taskstream_")
    for service in (*OURS, "prometheus"):
        with pytest.raises(AssertionError, match="Read-only file system"):
            stack.execute(service, "touch", "/run/secrets/x" if service == "prometheus" else "/etc/taskstream/x")
