"""Pages of another origin read and write where --cors-origin names it, and are told nothing where it does not."""

import pytest
from taskstream.access import Access
from taskstream.checks import assert_refuses

BOARD, FOREIGN = "https://board.example", "https://evil.example"
# What a page may read without being let (the Fetch standard), and what is not for it.
READ_ANYWAY = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}
NOT_FOR_PAGES = {"connection", "date", "vary", "allow", "www-authenticate", "access-control-allow-origin", "access-control-expose-headers"}


class Page:
    """Asks as a browser does for a page of this origin."""

    def __init__(self, service, origin, token):
        self._client, self._origin = service.client(), {"Origin": origin}
        self._token = {"Authorization": f"Bearer {token.text}"}

    def asks(self, method, path, body=None, **headers):
        return self._client.request(method, path, body, {**self._origin, **self._token, **headers})

    def preflights(self, method, path):
        """Without a token, and before it asks."""
        return self._client.request("OPTIONS", path, headers={
            **self._origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,if-match"})

    def without_token(self, method, path):
        return self._client.request(method, path, headers=self._origin)


@pytest.fixture
def pages_of(scene, tmp_path):
    access, log = Access(tmp_path), scene.file_log()
    flags = (*access.flags, "--cors-origin", BOARD, "--cors-origin", "http://127.0.0.1:1")
    both = [scene.command_service(log, *flags), scene.projection_service(log, *flags)]
    return lambda origin: [Page(service, origin, access.root) for service in both]


def told(answer):
    return {name.lower(): value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


def test_a_page_of_a_named_origin_reads_and_writes(pages_of):
    commands, queries = pages_of(BOARD)
    for page, method, path in ((commands, "POST", "/v1/tasks"), (queries, "GET", "/v1/tasks")):
        before = page.preflights(method, path)
        assert before.status == 204, before
        fields = told(before)
        assert fields["access-control-allow-origin"] == BOARD
        assert method in fields["access-control-allow-methods"].split(", ")
        assert {"authorization", "if-match"} <= set(fields["access-control-allow-headers"].lower().split(", "))
        assert "access-control-allow-credentials" not in fields
    created = commands.asks("POST", "/v1/tasks", b'{"title": "From a page"}', **{"Content-Type": "application/json"})
    assert created.status == 201, created
    read = queries.asks("GET", created.headers["Location"], **{"Consistency-Token": created.token})
    assert read.status == 200, read
    refused = [queries.asks("GET", "/v1/nowhere"), commands.without_token("GET", "/v1/me"), queries.without_token("GET", "/v1/tasks")]
    assert [answer.status for answer in refused] == [404, 401, 401]
    for answer in (created, read, *refused):
        assert told(answer)["access-control-allow-origin"] == BOARD and answer.headers["Vary"] == "Origin", answer
        exposed = set(told(answer)["access-control-expose-headers"].lower().split(", "))
        assert {name.lower() for name in answer.headers} - READ_ANYWAY - NOT_FOR_PAGES <= exposed, answer.headers


def test_a_page_of_any_other_origin_is_told_nothing_and_writes_nothing(pages_of):
    for origin in (FOREIGN, "null", "http://board.example", f"{BOARD}.evil.example"):
        commands, queries = pages_of(origin)
        body = b'{"title": "From an evil page"}'
        assert commands.asks("POST", "/v1/tasks", body, **{"Content-Type": "application/json"}).status == 403
        assert queries.asks("POST", "/v1/projection/rebuild").status == 403
        for page in (commands, queries):
            answers = [page.asks("GET", "/v1/me"), page.preflights("POST", "/v1/tasks"), page.without_token("GET", "/v1/me")]
            assert not any(map(told, answers)), origin
    assert pages_of(BOARD)[1].asks("GET", "/v1/stats").json["total"] == 0


def test_no_origin_is_named_unless_asked(scene):
    log = scene.file_log()
    for service in (scene.command_service(log), scene.projection_service(log)):
        answer = service.client().request("GET", "/v1/me", headers={"Origin": BOARD})
        assert answer.status == 200 and not told(answer) and answer.headers["Vary"] is None


@pytest.mark.parametrize("origin", ["board.example", f"{BOARD}/", f"{BOARD}/path", "*", "null"])
def test_what_is_no_origin_is_refused_at_the_start(scene, origin):
    for service in (scene.command_service, scene.projection_service):
        assert_refuses(service(scene.file_log(), "--cors-origin", origin, start=False), "--cors-origin", "is no origin")
