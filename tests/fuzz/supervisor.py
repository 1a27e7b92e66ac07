"""The supervisor of fuzzing: it starts the process that runs inputs again whenever it dies."""

import json
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.child import NOBODY, Board, Failure
from tests.fuzz.targets import TARGETS

MOST_KEPT = 3  # how many inputs are saved for each fault


@dataclass(slots=True)
class Result:
    """The result of a session of fuzzing.

    Attributes:
        inputs, seconds: how many inputs of each target were run, and their seconds.
        saved: the failures whose inputs were saved, with the file of each.
        faults: how many inputs failed at each place, by target and place.
    """

    inputs: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    saved: list[tuple[Failure, Path]] = field(default_factory=list)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)


def fuzz(
    names: Sequence[str], first: int, seconds: float, folder: Path
) -> Iterator[Failure | Result]:
    """Run inputs for some time; yield each new kind of failure as it is found, and the result.

    Args:
        names: the targets, which share the time evenly.
        first: the seed of each target's first input; the next input has the next seed.
        folder: the folder for inputs that fail.
    """
    result = Result()
    with tempfile.TemporaryDirectory() as place:
        board_file = Path(place) / "board"
        board = Board(board_file, len(names))
        while True:
            for failure in _one_process(names, first, seconds, board_file, board):
                if _noted(result, failure, folder):
                    yield failure
            if board.is_done(seconds):
                break
    for number, name in enumerate(names):
        result.inputs[name], result.seconds[name] = board.row(number)
    yield result


def _one_process(
    names: Sequence[str], first: int, seconds: float, board_file: Path, board: Board
) -> Iterator[Failure]:
    """Yield the failures of one process; the last one is the input that killed it, if any."""
    command = [sys.executable, "-m", "tests.fuzz.child", str(board_file), str(first), str(seconds)]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([*command, *names], stdout=subprocess.PIPE, stderr=said, text=True)
        assert child.stdout is not None
        is_ready = child.stdout.readline() == "ready\n"
        for line in child.stdout:
            yield Failure(*json.loads(line))
        status = child.wait()
        said.seek(0)
        last_words = said.read().decode("utf-8", "replace")
    if not is_ready:
        raise RuntimeError(f"The process that runs inputs does not start:\n{last_words}")
    if status and not _is_known(names, status, last_words, board):
        yield _death(names, first, status, last_words, board)


def _is_known(names: Sequence[str], status: int, last_words: str, board: Board) -> bool:
    """Return whether the time ran out in a library that is known to be slow."""
    known = TARGETS[names[board.current]].known if board.current != NOBODY else ""
    return status == -signal.SIGPROF and bool(known) and known in last_words


def _death(names: Sequence[str], first: int, status: int, last_words: str, board: Board) -> Failure:
    if board.current == NOBODY:
        raise RuntimeError(f"The process that runs inputs ended with {status}:\n{last_words}")
    name = names[board.current]
    count = board.row(board.current)[0]
    board.end(board.current, TARGETS[name].seconds)
    died = signal.Signals(-status).name if status < 0 else f"exit {status}"
    how = "took too long" if died == "SIGPROF" else f"killed its process: {died}"
    return Failure(
        name, first + count - 1, f"{how}\n{last_words[-3_000:]}", f"{died} {_line(last_words)}"
    )


def _line(last_words: str) -> str:
    """Return the innermost line of our code in a dump of faulthandler."""
    lines = [line.strip() for line in last_words.splitlines() if "/tasks/" in line]
    return lines[0].rpartition("/")[2] if lines else ""


def _noted(result: Result, failure: Failure, folder: Path) -> bool:
    """Count a failure and save the first inputs of each kind; return whether the kind is new."""
    key = (failure.target, failure.where)
    result.faults[key] += 1
    if result.faults[key] <= MOST_KEPT:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{failure.target}-{failure.seed}"
        file.write_bytes(TARGETS[failure.target].input(failure.seed))
        result.saved.append((failure, file))
    return result.faults[key] == 1
