"""References to characters in HTML, such as `&eacute;` and `&#233;`."""

import html
import re

# Longer than any number of a character, with room for zeros before it.
_ENDLESS_NUMBER = re.compile(r"&#[0-9]{21,}+;?")


def unescape_html(text: str) -> str:
    """Resolve the references in a text, as `html.unescape` does, but never raise."""
    try:
        return html.unescape(text)
    except ValueError:  # Python reads no number of more than 4,300 digits
        return html.unescape(_ENDLESS_NUMBER.sub("\ufffd", text))
