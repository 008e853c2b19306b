import random
import threading


class Crowd:
    """Clients that are at work in threads of their own as long as the block lasts that they were brought for, each with a
    random generator from the seed. What went wrong for one of them first is raised at the end of the block. A subclass says
    in `_live(rng)` what one client does until `_stop` is set."""

    def __init__(self, size, seed):
        self._stop = threading.Event()
        self._failures = []
        self._threads = [threading.Thread(target=self._run, args=(random.Random(f"{seed}-{i}"),)) for i in range(size)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.assert_well()

    def assert_well(self):
        """Raises what went wrong so far: for whoever waits for what the clients do, and would wait in vain."""
        if self._failures:
            raise self._failures[0]

    def _run(self, rng):
        try:
            self._live(rng)
        except Exception as error:  # shown by the test that brought the crowd
            self._failures.append(error)
