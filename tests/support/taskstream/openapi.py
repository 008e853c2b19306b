import re

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def described(text):
    """The methods of each path of an openapi.yaml, told by how far their lines are indented."""
    paths = {}
    for line in text.partition("\npaths:\n")[2].splitlines():
        if line and not line.startswith(" "):
            break
        if path := re.fullmatch(r"  (/\S*):", line):
            methods = paths.setdefault(path[1], set())
        elif method := re.fullmatch(r"    ([a-z]+):", line):
            methods |= {method[1].upper()} & METHODS
    return paths
