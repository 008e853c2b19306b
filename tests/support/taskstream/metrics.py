"""What a service serves at /metrics, read apart from it."""

import re
import subprocess
from pathlib import Path

SERIES = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')
PROMTOOL = Path(__file__).resolve().parents[1] / "promtool"


class Scrape:
    def __init__(self, text):
        self.text = text
        self.types, self.helps, self.series = {}, {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.types, f"{name} is there twice"
                self.types[name] = kind
            elif line.startswith("# HELP "):
                _, _, name, told = line.split(" ", 3)
                self.helps[name] = told
            else:
                name, labels, value = SERIES.fullmatch(line).groups()
                key = (name, frozenset(LABEL.findall(labels or "")))
                assert key not in self.series, f"{line} is there twice"
                self.series[key] = float(value)

    def value(self, name, **labels):
        """Of one series; 0 where it is not there yet."""
        return self.series.get((name, frozenset(labels.items())), 0.0)

    def sum(self, name, **labels):
        """Of all series that have these labels."""
        wanted = set(labels.items())
        return sum(value for (of, has), value in self.series.items() if of == name and wanted <= has)

    def labels_of(self, name):
        """The names of the labels that the metric's series have."""
        bases = {name, f"{name}_count", f"{name}_sum"}
        return {label for (of, has), _ in self.series.items() if of in bases for label, _ in has}


def scrape(service):
    answer = service.client().get("/metrics")
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return Scrape(answer.body.decode())


class Moved:
    """How far series have moved since the start."""

    def __init__(self, service):
        self._service, self._before = service, scrape(service)

    def by(self, name, **labels):
        return scrape(self._service).sum(name, **labels) - self._before.sum(name, **labels)


def promtool(*arguments, said=None):
    done = subprocess.run([PROMTOOL, *map(str, arguments)], input=said, stdin=None if said else subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
