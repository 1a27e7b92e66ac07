"""A random trial of `repair`: runs over random inputs, random damage, and a comparison.

`python -m tests.repair.trial --seed 3` prints what differs; `--seeds 50` tries many seeds.

The runs read WARC files with pages that change, return to an earlier text, repeat each other, name
another address as their canonical one, or are revisits, and Parquet and JSONL files with rows of
such texts, of which half have no time; some files are loaded twice or out of order, and files of
the tables are merged in between.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings, load_settings
from tasks.jobs.ingest import ingest
from tasks.pipeline import Stages
from tasks.repair.repair import repair
from tasks.repair.report import RepairReport
from tasks.runs.progress import ProgressListener
from tasks.runs.run import IngestRequest
from tests.compaction.compacting import after_the_grace_time, compacted, faults
from tests.pipeline.command import ask
from tests.repair.inputs import SUFFIXES, RandomInputs
from tests.repair.newsroom import LEFT_OUT

# Tables of which a repair restores every row if all inputs exist.
RESTORED = (
    *("article_versions", "superseded", "documents", "runs"),
    *("date_candidates", "links", "images", "revisions", "revision_changes"),
)
PARTS = ("date_candidates", "links", "images")


def stages_of(warehouse: Path) -> Stages:
    """Return stages for a small warehouse, which run in one thread."""
    settings = load_settings(warehouse=warehouse, workers=1)

    def run_stage(stage: str, label: str, function: Callable[..., object], *args: object) -> object:
        return _Done(function(*args))

    return Stages(settings, run_stage, ProgressListener())  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Done:
    value: object

    def result(self) -> object:
        return self.value


def rows_of(warehouse: Path) -> dict[str, list[str]]:
    """Return the rows of the tables that a repair restores, without columns that may differ."""
    found = {}
    for table in RESTORED:
        left_out = LEFT_OUT[table] + ", change" * (table == "superseded")
        rows = ask(warehouse, f"select * exclude ({left_out}) from {table}")
        found[table] = sorted(map(str, rows))
    found["runs"] = [row for row in found["runs"] if "-repair'" not in row]
    return found


class RepairTrial:
    """A warehouse of some random runs.

    Attributes:
        inputs: the files that the runs have read.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.warehouse = folder / "w"
        self.inputs: list[Path] = []
        self.log: list[str] = []

    @property
    def settings(self) -> Settings:
        return load_settings(warehouse=self.warehouse, workers=1)

    def build(self) -> None:
        """Make the runs, and merge files at random."""
        files = RandomInputs(self.folder, self.chance)
        for number in range(self.chance.randint(2, 4)):
            paths = [
                files.write(f"{number}-{part}") for part in range(self.chance.choice((1, 1, 2)))
            ]
            if self.inputs and self.chance.random() < 0.2:
                paths.append(self.chance.choice(self.inputs))
            self.inputs += [path for path in paths if path not in self.inputs]
            self.ingest(*paths)
            if self.chance.random() < 0.35:
                self.compact()

    def ingest(self, *paths: Path) -> None:
        self.log.append("ingest " + " ".join(path.name for path in paths))
        ingest(IngestRequest(tuple(map(str, paths))), stages_of(self.warehouse))

    def compact(self) -> None:
        removes = self.chance.random() < 0.5
        self.log.append("compact" + " and remove" * removes)
        compacted(self.settings)
        if removes:
            after_the_grace_time(self.warehouse)

    def damage(self) -> None:
        """Damage some files of the tables in a random way."""
        count = self.chance.choice((1, 1, 2, 3))
        tables = self.chance.sample(RESTORED, count)
        if self.chance.random() < 0.5:
            tables = list({*tables, self.chance.choice(("article_versions", "documents"))})
        for table in sorted(tables):
            files = sorted((self.warehouse / "lake" / table / "data").glob("*.parquet"))
            every = self.chance.random() < 0.5
            for path in files:
                if every or self.chance.random() < 0.5:
                    self._damage(path)

    def remove_inputs(self) -> list[Path]:
        """Take some of the inputs away and return their paths."""
        removed = self.chance.sample(self.inputs, self.chance.randint(1, len(self.inputs)))
        for path in removed:
            self.log.append(f"remove {path.name}")
            path.rename(path.with_suffix(".away"))
        return removed

    def repair(self) -> RepairReport:
        return repair(stages_of(self.warehouse))

    def damage_and_repair(self, before: dict[str, list[str]]) -> list[str]:
        """Damage the warehouse, repair it, and return what is wrong afterwards.

        Args:
            before: the rows of the whole warehouse.
        """
        self.damage()
        removed = self.remove_inputs() if self.chance.random() < 0.3 else []
        report = self.repair()
        found = list(broken_rules(self.warehouse, report))
        found += [f"doctor: {fault}" for fault in faults(self.settings)]
        # Only the row in `runs` says where the inputs of an ingest are.
        lost = {line.split("/")[1] for line in self.log if " lake/" in line}
        is_known = "runs" not in lost or lost.isdisjoint(("article_versions", "documents", *PARTS))
        if is_known and not removed:
            found += differences(before, rows_of(self.warehouse))
            found += [f"lost: {one}" for one in report.lost]
        if again := self.repair().files:
            found.append(f"the second repair sets {again} aside")
        for path in removed:
            path.with_suffix(".away").rename(path)
        return found

    def _damage(self, path: Path) -> None:
        kind = self.chance.choice(("delete", "cut", "begin", "end"))
        self.log.append(f"{kind} {path.relative_to(self.warehouse)}")
        content = path.read_bytes()
        path.unlink()
        if kind == "cut":
            path.write_bytes(content[: len(content) // 2])
        elif kind == "begin":
            path.write_bytes(bytes(300) + content[300:])
        elif kind == "end":
            path.write_bytes(content[:-300] + bytes(300))


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> Iterator[str]:
    """Yield what differs between the rows of two states of a warehouse."""
    for table, rows in before.items():
        lost, added = (
            sorted(_less(*pair)) for pair in ((rows, after[table]), (after[table], rows))
        )
        if lost or added:
            yield f"{table}: {len(lost)} rows are gone, {len(added)} are new"
            yield from (f"    - {row[:1500]}" for row in lost[:3])
            yield from (f"    + {row[:1500]}" for row in added[:3])


def _less(rows: list[str], others: list[str]) -> Iterator[str]:
    left = list(others)
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            yield row


def broken_rules(warehouse: Path, report: RepairReport) -> Iterator[str]:
    """Yield what must never be true of a warehouse after a repair, whatever was lost."""
    for name, query in RULES.items():
        if found := ask(warehouse, query):
            yield f"{name}: {found[:3]}"
    lost = ask(warehouse, LOST_VERSIONS)
    if len(lost) != len(report.lost):
        yield f"{len(report.lost)} versions are named as lost, and {len(lost)} are"


LOST_VERSIONS = (
    "select run_id, article_id, version from documents "
    "anti join article_versions using (run_id, article_id, version) "
    "where outcome in ('loaded', 'revised')"
)
RULES = {
    "articles without one current version": (
        "select article_id from article_versions left join superseded "
        "using (article_id, version) group by all "
        "having count(*) filter (superseded.version is null) <> 1"
    ),
    "a version twice": (
        "select article_id, version from article_versions group by all having count(*) > 1"
    ),
    "documents twice": ("select run_id, locator from documents group by all having count(*) > 1"),
    "versions without a row of the ledger": (
        "select run_id, article_id, version from article_versions anti join (from documents "
        "where outcome in ('loaded', 'revised')) using (run_id, article_id, version)"
    ),
    "missing rows that are not recorded": (
        "with lost as (select held_run_id as run_id, sum(rows - healed) filter "
        "(\"table\" = 'documents') as documents, sum(rows - healed) filter "
        "(\"table\" = 'article_versions') as versions from repairs where held_run_id is not null "
        "group by all) select run_id, runs.documents, lost from runs left join lost using (run_id) "
        "where runs.documents <> coalesce(lost.documents, 0) + (select count(*) from documents "
        "where documents.run_id = runs.run_id) or runs.loaded + runs.revised <> coalesce("
        "lost.versions, 0) + (select count(*) from article_versions where run_id = runs.run_id)"
    ),
    "duplicates of no version": (
        "select locator, article_id, version from documents where outcome = 'duplicate' and "
        "version is null"
    ),
}


def run_trial(seed: int, folder: Path, rounds: int = 4) -> list[str]:
    """Damage and repair a warehouse several times; return what is wrong afterwards.

    The warehouse is built first, unless the folder has it already.
    """
    trial = RepairTrial(folder, seed)
    if not (folder / "kept").is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        trial.build()
        trial.warehouse.rename(folder / "kept")
        (folder / "log").write_text("\n".join(trial.log))
    trial.inputs = sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIXES))
    built = (folder / "log").read_text().splitlines()
    found: list[str] = []
    before: dict[str, list[str]] = {}
    for number in range(rounds):
        trial.chance = random.Random(1000 * seed + number)
        trial.log[:] = [f"round {number}", *built]
        shutil.rmtree(trial.warehouse, ignore_errors=True)
        shutil.copytree(folder / "kept", trial.warehouse)
        before = before or rows_of(trial.warehouse)
        wrong = trial.damage_and_repair(before)
        found += [*trial.log, *wrong] if wrong else []
    return found


def main() -> int:
    """Run trials of the seeds that the command line names; the exit status says if any failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.repair.trial")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds")
    parser.add_argument("--rounds", type=int, default=4, help="how often each is damaged")
    parser.add_argument(
        "--folder", type=Path, help="where the warehouses are kept for other trials"
    )
    arguments = parser.parse_args()
    failed = 0
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        kept, begun = arguments.folder, time.monotonic()
        folder = kept / f"{seed}" if kept else Path(tempfile.mkdtemp(prefix="repair-trial-"))
        try:
            found = run_trial(seed, folder, arguments.rounds)
        except Exception:  # noqa: BLE001 (the trials of other seeds go on)
            found = traceback.format_exc().splitlines()
        if not kept:
            shutil.rmtree(folder)
        failed += bool(found)
        print(f"seed {seed}: {'wrong' if found else 'fine'} in {time.monotonic() - begun:.1f} s")
        print(*(f"    {line}" for line in found), sep="\n", flush=True)
    print(f"{failed} of {arguments.seeds} seeds failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
