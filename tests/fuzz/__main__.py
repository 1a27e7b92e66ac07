"""Fuzz the readers of untrusted input: `python -m tests.fuzz [SECONDS] [TARGETS...]`."""

import argparse
import sys
from pathlib import Path
from random import SystemRandom

from tests.fuzz.child import Failure
from tests.fuzz.supervisor import Result, fuzz
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Fuzz for the given time; return 1 if any input failed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=60, help="0: one input each")
    parser.add_argument("targets", nargs="*", metavar="target", help=" ".join(TARGETS))
    parser.add_argument("--seed", type=int, help="of the first input of each target")
    parser.add_argument("--again", type=Path, metavar="FILE", help="run a saved input once more")
    parser.add_argument("--folder", type=Path, default=Path("fuzz"), help="of inputs that fail")
    asked = parser.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(
            f"no target is called {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}"
        )
    if asked.again:
        return _again(asked.again)
    seed = SystemRandom().randrange(10**9) if asked.seed is None else asked.seed
    names = asked.targets or list(TARGETS)
    print(f"seed {seed}, {len(names)} targets, {asked.seconds:g} s", flush=True)
    for found in fuzz(names, seed, asked.seconds, asked.folder):
        if isinstance(found, Failure):
            print(f"FOUND {found.target} {found.seed} {found.where}\n  {found.error}", flush=True)
        else:
            _close(found)
            return int(bool(found.faults))
    return 0


def _close(result: Result) -> None:
    for name, count in result.inputs.items():
        print(f"{name:12}{count:9,} inputs {result.seconds[name]:8.1f} s")
    print(f"{'all':12}{sum(result.inputs.values()):9,} inputs")
    for (target, where), count in result.faults.most_common():
        print(f"{target}: {count:,} inputs failed at {where}")
    for failure, file in result.saved:
        print(f"{file}: repeat by `python -m tests.fuzz 0 {failure.target} --seed {failure.seed}`")


def _again(file: Path) -> int:
    """Run a saved input once more; its file name contains the target and the seed."""
    name, _, seed = file.name.rpartition("-")
    TARGETS[name].run(int(seed), file.read_bytes())
    print("nothing is wrong with it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
