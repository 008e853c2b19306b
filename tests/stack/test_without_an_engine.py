"""Where no engine can be started, the tests of the stack say that they were skipped; on CI they fail."""

import os
import re
import subprocess
import sys

import pytest
from taskstream.places import ROOT

# A dockerd that does not start, seen by the tests below alone.
WITHOUT = ["unshare", "--mount", "sh", "-c", 'mount --bind /bin/false /usr/sbin/dockerd && exec "$@"', "sh"]


@pytest.mark.parametrize("on_ci", [False, True])
def test_what_was_not_tested_is_told(tmp_path, on_ci):
    if os.geteuid() != 0 or not os.path.exists("/usr/sbin/dockerd"):
        pytest.skip("there is no engine here that could be taken away")
    results = tmp_path / "results"
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if on_ci else {})
    tests = ["-k", "host", "--junitxml", results / "stack.xml", ROOT / "tests" / "stack" / "test_proxy.py"]
    done = subprocess.run([*WITHOUT, sys.executable, "-m", "pytest", *tests], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300, env=environment)
    assert (done.returncode == 0) is not on_ci, done.stdout
    counted = subprocess.run([sys.executable, ROOT / "tests" / "support" / "count_results.py", results], capture_output=True, text=True,
                             timeout=60).stdout
    assert re.search(rf"^{'failed' if on_ci else 'skipped'}: stack: .*test_the_host_stays", counted, re.M), counted
    assert "dockerd does not start" in done.stdout, done.stdout
    assert ("dockerd does not start" in counted) is on_ci, "how a failure began is told where all are counted"
