"""Text of strangers as visible characters only, for terminals and log lines.

Titles, locators, file names and the reasons that servers give may hold escape sequences. These can
move the cursor, change the title of the window, hide text, or reverse the direction of writing.
"""

import logging
import re

# C0 and C1 controls except the newline; marks, overrides and deprecated controls of the writing
# direction ("Trojan Source", CVE-2021-42574); line separators; and lone surrogates, which stand for
# bytes of file names that are not UTF-8.
_INVISIBLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f"
    r"\ud800-\udfff\ufeff]"
)
_TRACEBACKS = logging.Formatter()


def visible(text: str) -> str:
    r"""Return the text with controls, except newlines, written as escapes such as `\x1b`."""
    return _INVISIBLE.sub(_escaped, text)


def without_controls(text: str) -> str:
    """Return the text without these characters, for pages that set the direction themselves."""
    return _INVISIBLE.sub(" ", text)


def one_line(text: str) -> str:
    r"""Return the text on one line, with control characters and newlines written as escapes."""
    return visible(text).replace("\n", r"\n")


def log_to_stderr(level: int | str, layout: str) -> None:
    """Write log lines of a level and above to standard error, with visible characters only."""
    logging.basicConfig(level=level, format=layout)
    escape_log_lines()


def escape_log_lines() -> None:
    """Make all handlers that exist write visible characters only, one line a message.

    Libraries log what servers and files say, as aiohttp does with cookies that it cannot read.
    """
    known = logging.Logger.manager.loggerDict.values()
    loggers = [one for one in known if isinstance(one, logging.Logger)]
    for logger in (logging.getLogger(), *loggers):
        for handler in logger.handlers:
            handler.addFilter(_make_visible)


def _make_visible(record: logging.LogRecord) -> bool:
    """Escape the message and the traceback of a log line; a second pass changes nothing."""
    record.msg, record.args = one_line(record.getMessage()), None
    if record.exc_info and record.exc_info[0]:
        record.exc_text = visible(_TRACEBACKS.formatException(record.exc_info))
    return True


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
