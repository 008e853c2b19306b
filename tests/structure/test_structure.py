"""What holds of the sources as texts: who includes whom, that nothing is left half done, that the words match the files."""

import re
import subprocess
from pathlib import Path

import pytest
from arrows import MAY_INCLUDE, violations

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns):
    """The files that git knows or would add, as far as they are there."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns], cwd=ROOT, check=True,
                            capture_output=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts():
    for path in tracked():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text()
        except UnicodeDecodeError:
            continue


def test_includes_follow_the_arrows():
    assert not list(violations(ROOT))


@pytest.mark.parametrize("name, line", [
    ("events/contract/bad.hpp", '#include "events/fold/evolve.hpp"'),
    ("events/fold/bad.hpp", '#include "events/log/event_log.hpp"'),
    ("events/log/bad.hpp", '#include "command-service/core/replica.hpp"'),
    ("events/log/bad.hpp", '#include "events/log/kafka/producer.hpp"'),
    ("events/log/bad.hpp", "#include <librdkafka/rdkafka.h>"),
    ("command-service/core/bad.cpp", "#include <boost/asio/post.hpp>"),
    ("command-service/core/bad.cpp", "#include <nlohmann/json.hpp>"),
    ("command-service/domain/bad.cpp", "#include <spdlog/spdlog.h>"),
    ("command-service/http/bad.cpp", '#include "projection-service/http/reader.hpp"'),
    ("projection-service/projection/bad.cpp", "#include <sqlite3.h>"),
    ("projection-service/http/bad.cpp", "#include <boost/beast/http.hpp>"),
    ("projection-service/replay/bad.cpp", '#include "projection-service/http/reader.hpp"'),
    ("projection-service/replay/bad.cpp", "#include <SQLiteCpp/SQLiteCpp.h>"),
    ("projection-service/projection/bad.cpp", '#include "projection-service/replay/judge.hpp"'),
    ("projection-service/projection/bad.cpp", "#include <zstd.h>"),
    ("http/bad.cpp", '#include "events/fold/evolve.hpp"'),
    ("http/bad.cpp", '#include "router.hpp"'),
    ("http/bad.cpp", "#include <gtest/gtest.h>"),
    ("events/new/bad.cpp", '#include "events/contract/ids.hpp"'),
])
def test_an_include_against_the_arrows_is_found(tmp_path, name, line):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(f"#pragma once\n  {line}  // why not\n")
    assert len(list(violations(tmp_path))) == 1


def test_every_arrow_starts_at_a_folder_that_is_there():
    assert [folder for folder in MAY_INCLUDE if not (ROOT / folder).is_dir()] == []


# Assembled from parts, so that this file does not find itself.
LEFT_OVERS = re.compile("|".join([r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b", r"\bHA" + r"CK\b",
                                  r"\.\./sha" + r"red", r"DESIGN" + r"\.md", r"HTTP" + r"\.md", r"(?<![\w.])/wo" + r"rk/",
                                  r"(?<![\w.])/ro" + r"ot/"]))


def left_overs(text):
    return LEFT_OVERS.findall(text)


def test_nothing_is_left_half_done_or_points_outside():
    found = {name: hits for name, text in texts() if (hits := left_overs(text))}
    assert not found


@pytest.mark.parametrize("text", ["// TO" + "DO: later", "see ../sha" + "red/x", "/wo" + "rk/main"])
def test_left_overs_are_found(text):
    assert left_overs(text)


def test_every_source_is_laid_out_as_clang_format_would():
    """`git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i` does it."""
    sources = tracked("*.cpp", "*.hpp")
    assert len(sources) > 500
    told = subprocess.run(["clang-format-19", "--dry-run", "--Werror", *sources], capture_output=True, text=True).stderr
    assert not told, "\n".join(line for line in told.splitlines() if "error:" in line)


def test_another_layout_is_found(tmp_path):
    (tmp_path / ".clang-format").write_text((ROOT / ".clang-format").read_text())
    (tmp_path / "bad.cpp").write_text("int  main( ) { }\n")
    assert subprocess.run(["clang-format-19", "--dry-run", "--Werror", tmp_path / "bad.cpp"], capture_output=True).returncode != 0


def test_every_test_folder_says_what_it_proves():
    told = (ROOT / "tests" / "README.md").read_text()
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in tracked("tests/*/*")}
    assert [folder for folder in sorted(folders) if f"`{folder}/`" not in told] == []


def test_the_commands_of_the_readme_are_there():
    told = (ROOT / "README.md").read_text()
    named = set(re.findall(r"\b(?:compose|tests)/[a-z-]+(?![a-z/.-])", told))
    assert {"compose/up", "compose/down", "tests/run"} <= named
    for command in named:
        path = ROOT / command
        assert path.is_dir() or path.stat().st_mode & 0o111, f"README.md names {command}"


def test_links_of_the_pages_lead_somewhere():
    for path in tracked("*.md"):
        for target, anchor in re.findall(r"\]\(([^)#: ]*)(?:#([^)]*))?\)", path.read_text()):
            page = path.parent / target if target else path
            assert page.exists(), f"{path.name} links to {target}"
            assert not anchor or page.suffix != ".md" or anchor in anchors(page.read_text()), f"{path.name} links to {target}#{anchor}"


def anchors(text):
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    named = {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return named | set(re.findall(r'<a id="([^"]+)">', text))


def test_pages_stand_on_their_own():
    """A reader has this repository and nothing else."""
    for path in tracked("*.md", "*.yaml"):
        assert not re.search(r"\bthe con" + r"tract\b|\bthe brief\b", path.read_text(), re.I), path.name


def test_scripts_can_be_run():
    for name in ("compose/up", "compose/down", "compose/install", "compose/kafka", "compose/is-ready", "compose/first-token", "tests/run", "tests/simulate", "tests/fuzz", ".ci/run"):
        subprocess.run(["bash", "-n", ROOT / name], check=True)
        assert (ROOT / name).stat().st_mode & 0o111, name
