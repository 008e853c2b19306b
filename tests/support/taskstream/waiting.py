import time


class TimedOut(AssertionError):
    pass


def wait_until(fact, what, timeout_s=30.0, pause_s=0.02):
    """Answers the first truthy value of `fact()`. What is waited for is a fact, never a time; the time only bounds it."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = fact()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimedOut(f"after {timeout_s} s still not: {what}")
        time.sleep(pause_s)
