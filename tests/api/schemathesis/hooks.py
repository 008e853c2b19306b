"""What Schemathesis cannot know from the descriptions: which refusals of a request that fits them are right.

Everything else that it finds is a fault, of a service or of its description."""

import json
import re

import jsonschema_rs
import reach  # noqa: F401, whose hook lets requests come as far as what they ask
import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData, UndefinedStatusCode

# What hangs on what there is, on who has it and on the time: no description can foretell it.
OF_THE_STATE = {"TOKEN_UNKNOWN", "NOT_FOUND", "GONE", "ILLEGAL_TRANSITION", "TASK_CLOSED", "USER_INACTIVE", "EMAIL_TAKEN",
                "ALREADY_ASSIGNED", "NO_DUE_DATE", "IN_PROGRESS", "VERSION_CONFLICT", "LOCKED", "IDEMPOTENCY_KEY_REUSED"}

# The bodies of a batch's commands are described as objects and no closer; how long a number may be (RFC 7493 §2.2), and how
# deep anything may lie, is asked of the whole document first.
OF_THE_JSON = r"^The number \S+ in `/commands/\d+/body/.* does not fit into 64 bits|^The body is nested deeper than"

# What a request's line and header fields may take, in bytes.
HEAD_AT_MOST = 8192

# Values that are refused for the same reason, or by a rule that JSON Schema has no words for.
REASONS = [
    r"is not a user",
    r"must lie in the future",
    r"leaves the due date in the past.*",
    r"moves the due date out of the years that can be written",
    r"must be at most a hundred years",
    r"has no earlier command on the same task or user",
    r"is not (a cursor of this query|a `nextCursor` of this list).*",
    r"cannot be given together with .*",
    r"holds no word: letters or digits to search for",
    r"holds more than 10 different words",
]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """False lets a failure go."""
    if isinstance(failure, UndefinedStatusCode) and response.status_code == 431:
        # Of the request as a whole, before it is known what it asks: told at the head of the description.
        fields = response.request.headers.items()
        return len(response.request.url) + sum(len(name) + len(value) + 4 for name, value in fields) <= HEAD_AT_MOST
    return not (isinstance(failure, RejectedPositiveData) and is_right(case, response))


def is_right(case, response):
    problem = response.json()
    if problem["code"] in OF_THE_STATE:
        return True
    if problem["code"] == "PRECONDITION_REQUIRED":
        # One of two header fields, of which neither is required by itself.
        return case.operation.definition.raw["operationId"] == "postponeTask"
    if problem["code"] == "MALFORMED":
        if case.operation.definition.raw["operationId"] == "runBatch" and re.search(OF_THE_JSON, problem["detail"], re.S):
            return True
        # The phase of limits takes the quotes off values that are made of a pattern, and then they fit it no more.
        return "`If-Match`" in problem["detail"] and '"' not in case.headers.get("If-Match", '"')
    return problem["code"] == "VALIDATION_FAILED" and all(is_right_reason(case, error) for error in problem["errors"])


def is_right_reason(case, error):
    if re.match(r"commands/\d+/body", error["field"]):
        # Described as an object and no closer: which one goes with which path is told in words.
        return case.operation.definition.raw["operationId"] == "runBatch"
    # JSON Schema calls 4.0 and 4e2 integers; here a whole number is written as one, since bodies are hashed as sent.
    if error["reason"] == "must be a whole number":
        return isinstance(case.body.get(error["field"]), float)
    if error["reason"].startswith("must be a version, "):
        item = int(error["field"].split("/")[1])
        return isinstance(case.body["commands"][item]["expectedVersion"], float)
    if error["reason"] == "is required" and error["field"] == "userId":
        # Whoever claims a task without naming a user must be one.
        return case.operation.definition.raw["operationId"] == "claimTask"
    return any(re.fullmatch(reason, error["reason"]) for reason in REASONS)


@schemathesis.check
def data_of_events_is_as_described(ctx, response, case):
    """What an event of the stream carries is JSON within a text, into which the check of answers does not look."""
    if case.operation.definition.raw["operationId"] != "getStream" or response.status_code != 200:
        return
    for block in response.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        shape = {"task": "StreamedChange", "resync": "Resync"}.get(fields.get("event"))
        if "data" in fields:
            described = {**case.operation.schema.raw_schema, "$ref": f"#/components/schemas/{shape}"}
            jsonschema_rs.Draft202012Validator(described).validate(json.loads(fields["data"]))
