"""The process that runs inputs, some of which may kill it.

A shared file tells its supervisor which input it is running. It prints failures to standard output,
one line of JSON each.
"""

import faulthandler
import json
import logging
import mmap
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS, Target

MOST_BYTES = 6_000_000_000  # of address space
GRACE = 3.0  # the kernel ends the process after so many times the time limit of an input
NOBODY = 2**32  # stands for "no target" on the board
_PLACE = struct.Struct("<Q")
_ROW = struct.Struct("<Qd")


class Board:
    """The progress of each target, in a file that survives the process.

    The file holds the number of the target that is running; then, for each target, the number of
    its next input and the seconds that its inputs have taken.
    """

    def __init__(self, path: Path, targets: int) -> None:
        size = _PLACE.size + targets * _ROW.size
        if not path.exists():
            path.write_bytes(_PLACE.pack(NOBODY) + bytes(size - _PLACE.size))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), size)
        self.rows = range(targets)

    @property
    def current(self) -> int:
        """Return the target whose input is running, or NOBODY."""
        return int(_PLACE.unpack_from(self._shared)[0])

    @current.setter
    def current(self, target: int) -> None:
        _PLACE.pack_into(self._shared, 0, target)

    def row(self, target: int) -> tuple[int, float]:
        """Return how many inputs of a target were begun, and their seconds."""
        count, seconds = _ROW.unpack_from(self._shared, _PLACE.size + target * _ROW.size)
        return count, seconds

    @property
    def seconds(self) -> float:
        """Return the seconds of all inputs together."""
        return sum(self.row(target)[1] for target in self.rows)

    def is_done(self, seconds: float) -> bool:
        """Return whether the time is over, and each target has had at least one input."""
        return self.seconds >= seconds and all(self.row(target)[0] for target in self.rows)

    def begin(self, target: int) -> int:
        """Record that the next input of a target is running, and return its number."""
        count, seconds = self.row(target)
        self._write(target, count + 1, seconds)
        self.current = target
        return count

    def end(self, target: int, seconds: float) -> None:
        """Record that the running input has ended, and its seconds."""
        count, before = self.row(target)
        self._write(target, count, before + seconds)
        self.current = NOBODY

    def _write(self, target: int, count: int, seconds: float) -> None:
        _ROW.pack_into(self._shared, _PLACE.size + target * _ROW.size, count, seconds)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of an input.

    Attributes:
        where: the innermost line of our code that was running. Failures at the same line count as
            one fault.
    """

    target: str
    seed: int
    error: str
    where: str


def main(names: Sequence[str], first: int, seconds: float, board: Board) -> None:
    """Run inputs for some seconds, always one of the target that has had the least time."""
    logging.disable(logging.CRITICAL)
    faulthandler.enable()
    faulthandler.register(signal.SIGPROF, chain=True)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("ready", flush=True)
    while True:
        target = min(board.rows, key=lambda number: board.row(number)[::-1])
        number = board.begin(target)
        started = time.perf_counter()
        failure = run_one(TARGETS[names[target]], first + number)
        board.end(target, time.perf_counter() - started)
        if failure:
            print(
                json.dumps([failure.target, failure.seed, failure.error, failure.where]), flush=True
            )
        if board.is_done(seconds):
            return


def run_one(target: Target, seed: int) -> Failure | None:
    """Run an input and return its failure, if any; the kernel ends the process if it hangs."""
    signal.setitimer(signal.ITIMER_PROF, GRACE * target.seconds)
    try:
        data = target.input(seed)
        seconds = _timed(target, seed, data)
        if seconds > target.seconds:  # a second try, because the machine may have been busy
            seconds = min(seconds, _timed(target, seed, data))
        if seconds > target.seconds and not target.known:
            return Failure(target.name, seed, f"{len(data)} bytes took {seconds:.1f} s", "slow")
    except Exception as error:  # noqa: BLE001 (any error of a target is a fault to be reported)
        message = f"{type(error).__name__}: {error}"[:500]
        return Failure(target.name, seed, message, _where(error))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _timed(target: Target, seed: int, data: bytes) -> float:
    started = time.process_time()
    target.run(seed, data)
    return time.process_time() - started


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/tasks/" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {type(error).__name__}"


if __name__ == "__main__":
    path, first, seconds, *chosen = sys.argv[1:]
    main(chosen, int(first), float(seconds), Board(Path(path), len(chosen)))
