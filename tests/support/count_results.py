"""usage: count_results.py FOLDER [PART THAT DID NOT RUN]…

Adds up the JUnit files of a folder. The last line is `N passed, N failed`; the exit code is 0 only if something passed and
nothing failed."""

import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def outcomes(file):
    for case in xml.parse(file).getroot().iter("testcase"):
        name = f"{file.stem}: {case.get('classname')}.{case.get('name')}"
        kinds = {child.tag for child in case}
        # ctest says it in the status; pytest by a child.
        if kinds & {"failure", "error"} or case.get("status") == "fail":
            yield "failed", name
        elif "skipped" in kinds or case.get("status") in ("notrun", "disabled"):
            yield "skipped", name
        else:
            yield "passed", name


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
