"""Fields of an input that have no column of ours, written as JSON."""

from collections.abc import Mapping
from typing import Any

import orjson

_DEEPEST_EXTRA = 100


def json_of(extra: Mapping[str, Any]) -> str | None:
    """Return the fields of an input that have no column of ours as JSON; None if there are none."""
    if not extra:
        return None
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
    try:
        return orjson.dumps(extra, default=_json_value, option=options).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits, or nested too deep
        return orjson.dumps(_writable(extra, 0), default=_json_value, option=options).decode()


def _json_value(value: object) -> str:
    """Return what JSON has no type for as a string; of binary data only that it was there."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"({len(value)} bytes)"


def _writable(value: Any, depth: int) -> Any:
    """Return a copy that orjson takes; what is nested deeper than `_DEEPEST_EXTRA` is cut off."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return hex(value) if abs(value) >= 10**300 else str(value)  # str() ends at 4,300 digits
    if depth >= _DEEPEST_EXTRA and isinstance(value, dict | list):
        return None
    if isinstance(value, dict):
        return {_writable(str(k), 0): _writable(v, depth + 1) for k, v in value.items()}
    return [_writable(v, depth + 1) for v in value] if isinstance(value, list) else value
