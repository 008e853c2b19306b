"""usage: count_results.py FOLDER [PART THAT DID NOT RUN]…

Adds up the JUnit files of a folder, and tells of each failure how it began. The last line is `N passed, N failed`; the exit
code is 0 only if something passed and nothing failed."""

import sys
import textwrap
import xml.etree.ElementTree as xml
from pathlib import Path

LINES = 8
WIDTH = 240


def outcomes(file):
    for case in xml.parse(file).getroot().iter("testcase"):
        name = f"{file.stem}: {case.get('classname')}.{case.get('name')}"
        kinds = {child.tag for child in case}
        # ctest says it in the status; pytest by a child.
        if kinds & {"failure", "error"} or case.get("status") == "fail":
            yield "failed", f"{name}\n{textwrap.indent(beginning(case), '    ')}"
        elif "skipped" in kinds or case.get("status") in ("notrun", "disabled"):
            yield "skipped", name
        else:
            yield "passed", name


def beginning(case):
    """How a failure began. Pytest has it in a message, GoogleTest somewhere in all that the test printed."""
    told = [child.get("message") for child in case if child.tag in ("failure", "error") and child.get("message")]
    lines = (told[0] if told else case.findtext("system-out") or "").splitlines()
    # What was ended by a signal or for its time has failed in no line of its own: its last words tell most.
    first = 0 if told else next((at for at, line in enumerate(lines) if ": Failure" in line), len(lines) - LINES)
    return "\n".join(line[:WIDTH] for line in lines[max(0, first):][:LINES])


def main(folder, not_run):
    found = [("failed", f"did not run: {part}") for part in not_run]
    for file in sorted(Path(folder).glob("*.xml")):
        found += outcomes(file)
    by_outcome = {kind: [name for outcome, name in found if outcome == kind] for kind in ("passed", "failed", "skipped")}
    for kind in ("skipped", "failed"):
        for name in by_outcome[kind]:
            print(f"{kind}: {name}")
    passed, failed = len(by_outcome["passed"]), len(by_outcome["failed"])
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
