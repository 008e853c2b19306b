import pytest
from taskstream.story import await_read, tell_story
from taskstream.written_log import golden_records, write_log


class Told:
    """A log with a story in it, and the read model that a service made of it. No service runs any more."""

    def __init__(self, log, ids, read_model):
        self.log = log
        self.ids = ids
        self.read_model = read_model


def tell(scene, log):
    service, projection = scene.command_service(log), scene.projection_service(log)
    ids, token = tell_story(service)
    await_read(projection, token)
    assert service.terminate() == 0 and projection.terminate() == 0
    return Told(log, ids, scene.folder / f"{projection.name}.db")


@pytest.fixture
def told(scene, log):
    return tell(scene, log)


@pytest.fixture
def file_told(scene):
    """The same on the file log alone."""
    return tell(scene, scene.file_log())


@pytest.fixture
def golden_log(tmp_path):
    return write_log(tmp_path / "golden.log", golden_records())
