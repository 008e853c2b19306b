"""A short history with every kind of event, told to a command-service."""

import uuid


def tell_story(service):
    """Answers the ids of its tasks and users, and a token that covers all of it. Each command must succeed."""
    commands = service.client()
    ada = commands.register("ada@example.org").json["userId"]
    bob = commands.register("bob@example.org").json["userId"]
    first = commands.create("Write the guide – für alle 📝", description="In plain words", tags=["docs", "ä"],
                            priority="HIGH", dueDate="2999-01-31T12:00:00+01:00", warningOffset=60).json["taskId"]
    steps = [
        lambda v: commands.edit(first, v, title="Write the long guide", tags=["docs", "long"]),
        lambda v: commands.assign(first, v, ada),
        lambda v: commands.move(first, v, "IN_PROGRESS", reason="Monday"),
        lambda v: commands.unassign(first, v),
        lambda v: commands.edit(first, v, description=None),
        lambda v: commands.move(first, v, "COMPLETED"),
    ]
    for version, step in enumerate(steps, start=1):
        answer = step(version)
        assert answer.status == 200, answer
    deleted = commands.create("To be deleted").json["taskId"]
    assert commands.delete(deleted, 1).status == 204
    locked = str(uuid.uuid4())
    assert commands.put(locked, "To be locked").status == 201
    assert commands.lock(locked, 600).status == 200
    assert commands.edit_user(ada, 1, firstName="Ada").status == 200
    deactivated = commands.deactivate(bob)
    assert deactivated.status == 200
    return {"first": first, "deleted": deleted, "locked": locked, "ada": ada, "bob": bob}, deactivated.token


def await_read(projection, token):
    """Until the projection holds what the token covers."""
    answer = projection.client().get("/v1/tasks", Consistency_Token=token, Prefer="wait=20")
    assert answer.status == 200, answer
