"""Consistency tokens, written and read apart from the services. Nobody but a test looks into one."""

import base64


def positions_of(token):
    """The log's id, and the next offset of each partition."""
    data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert data[0] == 1 and _checksum(data[:-4]) == data[-4:], "not a token of this format"
    numbers, value, shift = [], 0, 0
    for byte in data[17:-4]:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value, shift = 0, 0
    assert numbers[0] == len(numbers) - 1
    return data[1:17], numbers[1:]


def token_of(log_id, positions):
    data = b"\x01" + log_id + _varint(len(positions)) + b"".join(map(_varint, positions))
    return base64.urlsafe_b64encode(data + _checksum(data)).rstrip(b"=").decode()


def moved_on(token, records, partition=None):
    """A token that lies so many records further, in one partition or (None) in the one that is furthest."""
    log_id, positions = positions_of(token)
    positions[positions.index(max(positions)) if partition is None else partition] += records
    return token_of(log_id, positions)


def _varint(value):
    data = bytearray()
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(data) + bytes([value])


def _checksum(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value.to_bytes(4, "little")
