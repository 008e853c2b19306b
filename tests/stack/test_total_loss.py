"""docs/operating.md: every volume is lost, and what was backed up comes back. The last of the files: it ends the stack that was."""

from taskstream.stack import EVERY
from taskstream.waiting import wait_until


def test_what_was_backed_up_comes_back_into_nothing(stack, page):
    back_up, = page.blocks("The stack: backup")
    begin, = page.blocks("When every volume is lost")
    restore, = page.blocks("Restore")
    kept = stack.commands().create("older than the loss")
    assert kept.status == 201, kept
    # By its token: the next request may come to the other projection, which may not have it yet.
    before = stack.queries().pages("/v1/tasks", Consistency_Token=kept.token, Prefer="wait=20")
    expected = {task["taskId"]: task for task in before}
    assert kept.json["taskId"] in expected

    page.run(back_up)
    stack.down()
    assert stack.engine.docker("volume", "ls", "--quiet", "--filter", "label=com.docker.compose.volume") == ""
    page.run(begin)
    said = page.run(restore)
    assert "no differences" in said, said
    stack.topic = "restored"
    stack.await_healthy(*EVERY)

    # Asked with the token from before: who may ask was backed up too, and Prometheus has its own again.
    def is_back():
        return {task["taskId"]: task for task in stack.queries().pages("/v1/tasks")} == expected
    # A projection may have followed the topic while it was filled, and needs a moment for what came last.
    wait_until(is_back, "all that was there is shown again", 30.0, 1.0)
    wait_until(lambda: set(stack.scraped().values()) == {"up"}, "every service is scraped", 90.0, 1.0)
