import threading


def in_parallel(tasks):
    """Runs them all at once; answers what each came to, in their order."""
    results, failures = [None] * len(tasks), []
    start = threading.Barrier(len(tasks))

    def run(i):
        try:
            start.wait()
            results[i] = tasks[i]()
        except Exception as error:  # told below, by the test's own thread
            failures.append(error)
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    return results
