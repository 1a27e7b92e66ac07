"""The recipes for messages, taken from docs/service.md and docs/service/automations."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.service.existing import ROOT, Existing

PAGE = ROOT / "docs" / "service.md"


def block_of(server: Existing, kind: str, old: str = "", new: str = "") -> str:
    """Make a block with a Python program of the page and return the block's id.

    Args:
        server: the server on which the block is made.
        kind: a word that occurs in this program only.
        old: the beginning of the address in the program; a web address is replaced as a whole.
        new: the address that replaces it.
    """
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    (program,) = (block for block in blocks if kind in block)
    if old:
        rest = r'[^"]*' if old.startswith("http") else ""
        program, count = re.subn(re.escape(old) + rest, new, program)
        assert count == 1
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[-1]


@contextmanager
def webhook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serve a webhook; yield its address and the messages that it has received."""
    messages: list[dict[str, str]] = []

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Inbox) as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{receiver.server_port}/broadsheet", messages
        receiver.shutdown()


def recipe(name: str, block: str, folder: Path) -> Path:
    """Write a recipe with its placeholders filled and return its path."""
    text = (ROOT / "docs" / "service" / "automations" / f"{name}.yaml").read_text("utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(text.replace("BLOCK_ID", block), "utf-8")
    return path
