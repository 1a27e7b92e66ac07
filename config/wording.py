"""Numbers with their nouns, for messages and pages."""


def counted(count: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun, such as "1 source" or "2,104 sources"."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
