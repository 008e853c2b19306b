"""A page of the documentation whose examples are run: requests with their answers, programs with what they print."""

import json
import re
import uuid

FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.M | re.S)
ANY = "…"
NAME = re.compile(r"(?<!\$)\{([a-z]\w*)\}")


class Section:
    """What stands below one heading of the third level: its blocks, each (language, text), in order."""

    def __init__(self, title, text):
        self.title = title
        self.blocks = FENCE.findall(text)


def sections(page):
    """All that is below each heading of the second and third level, in the order of the page."""
    parts = re.split(r"^#{2,3} (.+)$", _without_fenced_headings(page), flags=re.M)
    return [Section(title, _with_fenced_headings(text)) for title, text in zip(parts[1::2], parts[2::2])]


# A comment in a shell example begins like a heading.
def _without_fenced_headings(page):
    return re.sub(r"^```.*?^```$", lambda block: re.sub(r"^#", "\0", block[0], flags=re.M), page, flags=re.M | re.S)


def _with_fenced_headings(text):
    return text.replace("\0", "#")


class Message:
    """A request or an answer as it stands on the page: its first line, its fields, its body."""

    def __init__(self, text):
        head, _, body = text.strip("\n").partition("\n\n")
        self.first, *fields = head.split("\n")
        self.fields = [tuple(field.split(": ", 1)) for field in fields]
        self.body = body.strip()


def exchanges(text):
    """The requests of a block, each with the answer that follows it."""
    parts = re.split(r"^(?=HTTP/1\.1 |(?:GET|HEAD|POST|PUT|PATCH|DELETE) )", text, flags=re.M)
    messages = [Message(part) for part in parts if part.strip()]
    assert len(messages) % 2 == 0, f"a request without an answer, or the other way round:\n{text}"
    return list(zip(messages[::2], messages[1::2]))


class Names:
    """What `{name}` stands for: bound where it first appears in an answer, and the same from then on. In a request a name
    that nobody has bound yet is made up."""

    def __init__(self):
        self.values = {}

    def fill(self, text):
        return NAME.sub(lambda found: self.values.setdefault(found[1], str(uuid.uuid4())), text)

    def fill_known(self, text):
        return NAME.sub(lambda found: self.values.get(found[1], found[0]), text)

    def matches(self, expected, actual):
        """Text with names and with `…` for anything."""
        pattern, groups = "", {}
        for part in re.split(r"(\{[a-z]\w*\}|…)", expected):
            name = part[1:-1] if NAME.fullmatch(part) else None
            if part == ANY:
                pattern += "(?:.*)"
            elif name is None:
                pattern += re.escape(part)
            elif name in self.values:
                pattern += re.escape(self.values[name])
            elif name in groups:
                pattern += f"(?P={name})"
            else:
                groups[name] = True
                pattern += f"(?P<{name}>[^\\s\"]+?)"
        found = re.fullmatch(pattern, actual, re.S)
        if not found:
            return False
        self.values.update(found.groupdict())
        return True

    def difference(self, expected, actual, where="body"):
        """Where JSON is not what the page says; None where it is. A member `"…"` allows for others, an item `"…"` for more."""
        if expected == ANY:
            return None
        if isinstance(expected, str):
            fits = isinstance(actual, str) and self.matches(expected, actual)
        elif isinstance(expected, dict):
            if not isinstance(actual, dict):
                return f"{where}: {actual!r} is no object"
            others = set(actual) - set(expected)
            if ANY not in expected and others:
                return f"{where}: {sorted(others)} are not on the page"
            told = (self.difference(value, actual[name], f"{where}/{name}") if name in actual else f"{where}/{name} is missing"
                    for name, value in expected.items() if name != ANY)
            return next((each for each in told if each), None)
        elif isinstance(expected, list):
            more = bool(expected) and expected[-1] == ANY
            wanted = expected[:-1] if more else expected
            if not isinstance(actual, list) or len(actual) < len(wanted) or (len(actual) > len(wanted) and not more):
                return f"{where}: {actual!r} is no list of {len(wanted)}"
            told = (self.difference(value, actual[i], f"{where}/{i}") for i, value in enumerate(wanted))
            return next((each for each in told if each), None)
        else:
            fits = type(expected) is type(actual) and expected == actual
        return None if fits else f"{where}: {actual!r} is not {expected!r}"

    def check(self, expected, answer):
        """`answer` has status, headers and body. Names what differs."""
        status = int(expected.first.split()[1])
        assert answer.status == status, f"{answer.status} instead of {status}: {answer.body!r}"
        for name, value in expected.fields:
            actual = answer.headers.get(name)
            assert actual is not None and self.matches(value, actual), f"{name}: {actual!r} is not {value!r}"
        if not expected.body:
            return
        if "json" in answer.headers.get("Content-Type", ""):
            different = self.difference(json.loads(expected.body.replace('[…]', '["…"]')), json.loads(answer.body))
            assert different is None, f"{different}\n{answer.body.decode()}"
        else:
            assert self.matches(expected.body, answer.body.decode().strip()), answer.body.decode()
