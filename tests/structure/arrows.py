"""Who may include whom. CMake's link lines say the same; this says it for headers, which need no link."""

import re
from pathlib import Path

# A folder, and the folders of which it may include headers. A folder may always include its own.
MAY_INCLUDE = {
    "events/contract": [],
    "events/fold": ["events/contract"],
    "events/log": ["events/contract"],
    "events/log/kafka": ["events/contract", "events/log"],
    "events/log/file": ["events/contract", "events/log"],
    "events/log/memory": ["events/contract", "events/log"],
    "events/sqlite": [],
    # Who asks is named by the contract's words: user ids, instants.
    "http": ["http/auth", "events/contract"],
    "http/auth": ["http", "events/contract"],
    "http/auth/token": ["http", "http/auth", "events/contract"],
    "command-service/state": ["events/contract", "events/log", "events/sqlite"],
    "command-service/domain": ["events/contract", "events/fold"],
    "command-service/core": ["command-service/domain", "command-service/state", "events/contract", "events/fold", "events/log"],
    "command-service/runtime": ["command-service/core", "command-service/domain", "command-service/state", "events/contract",
                                "events/fold", "events/log"],
    "command-service/http": ["command-service/runtime", "command-service/core", "command-service/domain", "events/contract",
                             "events/fold", "events/log", "http", "http/auth"],
    "command-service": ["command-service/http", "command-service/runtime", "command-service/core", "command-service/state",
                        "events/contract", "events/log", "http", "http/auth"],
    "projection-service/readmodel": ["events/contract", "events/fold", "events/log", "events/sqlite"],
    "projection-service/projection": ["projection-service/readmodel", "events/contract", "events/fold", "events/log",
                                      "events/sqlite"],
    "projection-service/http": ["projection-service/projection", "projection-service/readmodel", "events/contract",
                                "events/fold", "events/log", "events/sqlite", "http", "http/auth"],
    # The replay tool uses what the service is made of, and none of its endpoints.
    "projection-service/replay": ["projection-service/projection", "projection-service/readmodel", "events/contract",
                                  "events/fold", "events/log", "events/sqlite", "http"],
    "projection-service": ["projection-service/http", "projection-service/projection", "projection-service/readmodel",
                           "events/contract", "events/log", "events/sqlite", "http", "http/auth"],
}

# One file alone knows every twin of the log, to open the one that a URL names; and generated headers lie beside main.
EXCEPTIONS = {
    ("events/log/open_log.cpp", "events/log/kafka"),
    ("events/log/open_log.cpp", "events/log/file"),
    ("projection-service/readmodel/schema_parts.cpp", "projection-service"),
}

# Third-party headers stay where their job is: the files (as patterns over paths) that may include each.
THIRD_PARTY = {
    r"librdkafka/": [r"events/log/kafka/"],
    r"SQLiteCpp/|sqlite3\.h": [r"events/log/file/", r"events/sqlite/", r"command-service/state/", r"projection-service/readmodel/"],
    r"boost/beast": [r"http/"],
    # The core is driven from coroutines; its driver and the waiters of tokens are where both meet.
    r"boost/asio": [r"http/", r"command-service/runtime/", r"[a-z]+-service/http/", r"[a-z]+-service/[a-z_]+\.[ch]pp"],
    r"openssl/": [r"events/contract/sha256\.cpp", r"http/auth/", r"http/tls\.cpp"],
    r"boost/json": [r"events/.*_json\.[ch]pp"],
    r"nlohmann/": [r"http/", r"[a-z]+-service/http/", r"projection-service/readmodel/(state_text|past_task)\.cpp",
                   r"projection-service/replay/"],
    r"prometheus/": [r"http/"],
    r"CLI/": [r"http/config\.cpp", r"[a-z]+-service/config\.cpp"],
    r"zstd\.h": [r"projection-service/replay/line_(reader|writer)\.cpp"],
    # What is pure says nothing to a log file.
    r"spdlog/": [r"http/", r"events/log/(kafka|file)/", r"command-service/state/", r"command-service/runtime/",
                 r"projection-service/projection/", r"projection-service/readmodel/", r"[a-z]+-service/[a-z_]+\.[ch]pp"],
    r"gtest/|gmock/|rapidcheck": [],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources(root):
    for part in ("events", "http", "command-service", "projection-service"):
        for path in sorted((root / part).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                yield path


def violations(root):
    root = Path(root)
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        folder = name.rpartition("/")[0]
        for bracket, header in INCLUDE.findall(path.read_text()):
            if bracket == "<":
                yield from third_party_violations(name, header)
            else:
                yield from arrow_violations(name, folder, header)


def third_party_violations(name, header):
    for pattern, places in THIRD_PARTY.items():
        if re.match(pattern, header) and not any(re.fullmatch(place if place.endswith("pp") else place + ".*", name) for place in places):
            yield f"{name} includes <{header}>, which stays in {places or 'tests'}"


def arrow_violations(name, folder, header):
    if "/" not in header:
        yield f'{name} includes "{header}" without its path from the root'
        return
    target = header.rpartition("/")[0]
    if folder not in MAY_INCLUDE:
        yield f"{name}: the folder {folder} has no line in MAY_INCLUDE"
    elif target != folder and target not in MAY_INCLUDE[folder] and (name, target) not in EXCEPTIONS:
        yield f'{name} includes "{header}": {folder} may not include {target}'
