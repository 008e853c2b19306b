"""Batches as clients that were offline send them."""

import uuid


def item(method, path, expected=None, body=None, command_id=None):
    parts = {"expectedVersion": expected, "body": body}
    return {"commandId": command_id or str(uuid.uuid4()), "method": method, "path": path,
            **{name: value for name, value in parts.items() if value is not None}}


def new_path():
    return f"/v1/tasks/{uuid.uuid4()}"


def flush(client, commands, headers=None):
    answer = client.request("POST", "/v1/batch", {"commands": commands}, headers)
    assert answer.status == 200, answer
    results = answer.json["results"]
    assert [result["commandId"] for result in results] == [command["commandId"] for command in commands]
    return results


def verdicts(results):
    return [(result["verdict"], result["status"]) for result in results]


def an_offline_queue(path):
    """A task that was made, worked on and finished while there was no network."""
    return [item("PUT", path, 0, {"title": "Write the guide", "dueDate": "2999-01-01T00:00:00Z"}),
            item("PATCH", path, "previous", {"description": "In plain words", "tags": ["docs"]}),
            item("POST", f"{path}/postpone", None, {"by": "P2D"}),
            item("POST", f"{path}/status", "previous", {"to": "IN_PROGRESS"}),
            item("POST", f"{path}/status", "previous", {"to": "COMPLETED", "reason": "written"})]
