from dataclasses import dataclass, field


@dataclass
class Record:
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: list = field(default_factory=list)  # (name, value) pairs, as they lie there

    def header(self, name):
        """The value of a header that is there exactly once, else None."""
        values = [value for n, value in self.headers if n == name]
        return values[0] if len(values) == 1 else None

    def text(self, name):
        value = self.header(name)
        return None if value is None else value.decode(errors="surrogateescape")
