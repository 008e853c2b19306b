"""Each service routes what its openapi.yaml describes, every path, method and parameter of it, and nothing else."""

import re
import time
import uuid

import pytest
import yaml
from taskstream.places import ROOT
from taskstream.tokens import moved_on

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
SERVICES = ["command_service", "projection_service"]
UUID = "0198c5a2-0000-7000-8000-000000000000"


def folder_of(service):
    return ROOT / service.replace("_", "-")


class Description:
    """An openapi.yaml, by path and method, with the parameters of both."""

    def __init__(self, service):
        self.text = (folder_of(service) / "openapi.yaml").read_text()
        self._document = yaml.safe_load(self.text)

    def paths(self):
        return set(self._document["paths"])

    def operations(self, path):
        return {name.upper() for name in self._document["paths"][path]} & METHODS

    def every_operation(self):
        return [(path, method) for path in sorted(self.paths()) for method in sorted(self.operations(path))]

    def parameters(self, path, method, place):
        item = self._document["paths"][path]
        listed = item.get("parameters", []) + item[method.lower()].get("parameters", [])
        return {parameter["name"] for parameter in map(self._resolved, listed) if parameter["in"] == place}

    def pattern(self, parameter):
        return self._document["components"]["parameters"][parameter]["schema"]["pattern"]

    def statuses(self, path, method):
        return set(self._document["paths"][path][method.lower()]["responses"])

    def media_types(self, path, method):
        return set(self._document["paths"][path][method.lower()].get("requestBody", {}).get("content", {}))

    def _resolved(self, node):
        if "$ref" not in node:
            return node
        found = self._document
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found


def target_of(path, ids=None):
    return re.sub(r"/(tasks|users)/\{id\}", lambda found: f"/{found[1]}/{(ids or {}).get(found[1], UUID)}", path)


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture
def commands(scene):
    return scene.command_service(scene.file_log())


@pytest.fixture
def client(scene, service, commands):
    return (commands if service == "command_service" else scene.projection_service(scene.file_log())).client()


def patterns_of(service):
    """The paths in the tables of routes, of the service and of what both share."""
    own = "".join(source.read_text() for source in folder_of(service).rglob("*.cpp"))
    shared = "".join(source.read_text() for source in (ROOT / "http").glob("*.cpp"))
    return set(re.findall(r'"(/v1/[^"\s]*[^"/\s])"', own)) | set(re.findall(r'\.pattern = "(/[^"]+)"', shared))


def test_every_path_that_is_routed_is_described(service):
    assert patterns_of(service) == Description(service).paths()


def test_every_path_takes_the_methods_that_are_described_and_no_other(client, service):
    described = Description(service)
    assert client.get("/openapi.yaml").body.decode() == described.text
    for path in described.paths():
        methods, target = described.operations(path), target_of(path)
        allow = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        assert allowed(client.request("OPTIONS", target), 204) == allow, path
        for method in METHODS - methods:
            assert allowed(client.request(method, target), 405) == allow, f"{method} {path}"


def allowed(answer, status):
    assert answer.status == status, answer
    return set(answer.headers["Allow"].split(", "))


def test_every_path_takes_the_media_types_that_are_described_and_no_other(client, service):
    described = Description(service)
    for path, method in described.every_operation():
        types = described.media_types(path, method)
        if method == "GET":
            assert not types
            continue
        for media_type in {"application/json", "application/merge-patch+json", "application/x-www-form-urlencoded"}:
            answer = client.request(method, target_of(path), b"{}", {"Content-Type": media_type})
            assert (answer.status != 415) == (media_type in types), f"{method} {path} {media_type}: {answer}"


# ---- parameters


class Asking:
    """Requests that come as far as their parameters: to what exists, at its version, with a body of the right type."""

    def __init__(self, client, described, commands):
        self._client, self._described = client, described
        writer = commands.client()
        created = writer.create("There it is")
        self._ids = {"tasks": created.json["taskId"], "users": writer.new_user()}
        token = writer.get(f"/v1/users/{self._ids['users']}").token
        client.get("/v1/me", Consistency_Token=token)

    def ask(self, path, method, query="", **headers):
        ids, sent = self._ids, {}
        if method == "PUT" and path == "/v1/tasks/{id}":
            ids, sent = {"tasks": str(uuid.uuid4())}, {"If-None-Match": "*"}
        elif method != "GET" and "{id}" in path:
            sent = {"If-Match": '"1"'}
        if method != "GET" and "batch" not in path:
            sent["Idempotency-Key"] = str(uuid.uuid4())
        types = self._described.media_types(path, method)
        if types:
            sent["Content-Type"] = sorted(types)[0]
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self._client.request(method, target_of(path, ids) + query, b"{}" if types else None, sent)

    def known_among(self, names, path, method):
        """Those of the names that are read as query parameters."""
        query = "".join(f"&{name}=%01" for name in names)
        answer = self.ask(path, method, "?certainly-unknown=1" + query)
        if answer.status == 422:
            unknown = {error["field"] for error in answer.json["errors"] if error["reason"] == "is not known here"}
            assert "certainly-unknown" in unknown
            return set(names) - unknown
        assert answer.status == 400 and names, answer  # one of them is read before the others are looked at
        if len(names) == 1:
            return set(names)
        half = len(names) // 2
        return self.known_among(names[:half], path, method) | self.known_among(names[half:], path, method)


def names_in_the_code(service):
    """Every word in quotes that could be a parameter's name."""
    sources = [*folder_of(service).rglob("*.cpp"), *(ROOT / "http").rglob("*.cpp")]
    return sorted({name for source in sources for name in re.findall(r'"([A-Za-z][A-Za-z_]{0,30})"', source.read_text())})


def test_every_query_parameter_that_is_read_is_described_and_no_other(client, service, commands):
    described = Description(service)
    asking, names = Asking(client, described, commands), names_in_the_code(service)
    for path, method in described.every_operation():
        if path.startswith("/v1/"):
            known = set()
            for at in range(0, len(names), 120):
                known |= asking.known_among(names[at:at + 120], path, method)
            if path == "/v1/stream":
                known -= {"q", "overdue", "reminderDue", "locked"}  # refused with a reason of their own
            assert known == described.parameters(path, method, "query"), f"{method} {path}"


def test_whatever_is_taken_as_a_consistency_token_is_described(client, service, commands, scene):
    """Tokens of answers, places in the order of changes (at rest and on the way), and several of them."""
    writer, places = commands.client(), scene.projection_service(scene.file_log()).client()
    token = [writer.create(f"Task {i}") for i in range(3)][-1].token
    at_rest, on_the_way = (places.get(f"/v1/changes?limit={limit}", Consistency_Token=token).json["next"] for limit in (200, 1))
    assert at_rest.startswith("c.") and on_the_way.startswith("w.")
    path = f"/v1/tasks/{writer.create('Asked for').json['taskId']}"
    for value in (token, at_rest, on_the_way, f"{token} , {at_rest},{on_the_way}"):
        assert re.fullmatch(Description(service).pattern("ConsistencyToken"), value), value
        assert client.get(path, Consistency_Token=value, Prefer="wait=30").status in (200, 404), value
    for value in ("", "c.", "w.a.b", "a.b", "a b"):
        assert not re.fullmatch(Description(service).pattern("ConsistencyToken"), value), value
        assert client.get(path, Consistency_Token=value).status == 400, value


def test_a_read_that_waits_for_tokens_describes_prefer(client, service, commands):
    described = Description(service)
    asking = Asking(client, described, commands)
    ahead = moved_on(commands.client().create("The last").token, 1_000)
    for path, method in described.every_operation():
        if method == "GET" and "Consistency-Token" in described.parameters(path, method, "header"):
            shortest, longest = (min(timed(lambda: asking.ask(path, method, Consistency_Token=ahead, Prefer=wait)) for _ in range(3))
                                 for wait in ("wait=0", "wait=1"))  # of three: a busy machine makes either longer, and none shorter
            assert shortest[0] == longest[0] == 503, path
            waits = longest[1] - shortest[1] > 0.7
            assert waits == ("Prefer" in described.parameters(path, method, "header")), f"{path}: {shortest} {longest}"


def timed(ask):
    begin = time.monotonic()
    status = ask().status
    return status, time.monotonic() - begin


def test_what_asks_for_a_token_says_what_it_answers_without():
    for service in SERVICES:
        assert {"401", "403"} <= Description(service).statuses("/metrics", "GET"), service


# Values that are refused wherever the field is read.
BAD_FIELDS = {"Consistency-Token": "none of ours", "Idempotency-Key": "has a blank", "If-Match": "7"}


def test_every_header_field_that_is_read_is_described_and_no_other(client, service, commands):
    described = Description(service)
    asking = Asking(client, described, commands)
    for path, method in described.every_operation():
        if path.startswith("/v1/"):
            read = {name for name, value in BAD_FIELDS.items()
                    if asking.ask(path, method, "?certainly-unknown=1", **{name.replace("-", "_"): value}).status == 400}
            if method == "GET":
                read.discard("Idempotency-Key")  # looked at, but of no use to a read
            if path in ("/v1/tasks", "/v1/users", "/v1/batch") and method == "POST":
                read.discard("If-Match")  # there is nothing yet that has a version
            if path == "/v1/batch":
                read.discard("Idempotency-Key")  # each of its commands has one
            if path == "/v1/tasks/{id}" and method == "PUT":
                read.discard("If-Match")  # contradicts the field that is asked for
            assert read == described.parameters(path, method, "header") & set(BAD_FIELDS), f"{method} {path}"
