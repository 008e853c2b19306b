import itertools
import re
import uuid

from .kafka_log import KafkaLog
from .file_log import FileLog
from .service import Service

SANITIZER = re.compile(r"(WARNING|ERROR): (Address|Leak|Thread)Sanitizer|: runtime error: ")
ACCESS = re.compile(r" info (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /")


class Scene:
    """The processes of one test: started by need, ended with it, and quoted when it fails."""

    def __init__(self, folder):
        self.folder = folder
        self.services = []
        self._numbers = itertools.count(1)

    def topic_on(self, broker):
        return KafkaLog(broker, f"taskstream-{uuid.uuid4()}")

    def file_log(self):
        return FileLog(self.folder / "taskstream.log")

    def command_service(self, log, *arguments, start=True):
        name = f"command-service-{next(self._numbers)}"
        if "--state" not in arguments:
            arguments += ("--state", self.folder / f"{name}.state")
        return self._add(Service("taskstream-command-service", self.folder, name,
                                 ["--log", _url(log), "--instance", name, *arguments]), start)

    def projection_service(self, log, *arguments, start=True):
        name = f"projection-service-{next(self._numbers)}"
        if "--read-model" not in arguments:
            arguments += ("--read-model", self.folder / f"{name}.db")
        return self._add(Service("taskstream-projection-service", self.folder, name, ["--log", _url(log), *arguments]), start)

    def _add(self, service, start):
        self.services.append(service)
        if start:
            service.start()
        return service

    def last_words(self, lines=30):
        """What each service said at last; of the thousands of lines about requests only the very last."""
        for service in self.services:
            if service.words.exists():
                said = service.words.read_text(errors="replace").splitlines()
                yield service.name, "\n".join([line for line in said[:-5] if not ACCESS.search(line)][-lines:] + said[-5:])

    def sanitizer_reports(self):
        """What AddressSanitizer or ThreadSanitizer have printed, where the services are built with them."""
        return [line for service in self.services if service.words.exists()
                for line in service.words.read_text(errors="replace").splitlines() if SANITIZER.search(line)]

    def clean_up(self):
        for service in self.services:
            service.clean_up()


def _url(log):
    return log if isinstance(log, str) else log.url
