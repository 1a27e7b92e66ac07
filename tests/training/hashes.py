"""What made the weights: a hash of code that changes with its meaning, not with its comments."""

import ast
import hashlib
from pathlib import Path

from tasks.process import body

PACKAGE = Path(body.__file__).parent
TRAINING = Path(__file__).parent
LENGTH = 16
# Says what is done with the model's result; does not change it.
BEHIND = {"lanes.py"}


def code_hash() -> str:
    """Of the extractor's modules and those that train it."""
    modules = [path for path in sorted(PACKAGE.glob("*.py")) if path.name not in BEHIND]
    digest = hashlib.sha256()
    for path in (
        *modules,
        *(TRAINING / name for name in ("corpus.py", "fitting.py", "labels.py", "net.py")),
    ):
        digest.update(path.name.encode() + ast.dump(_bare(path)).encode())
    return digest.hexdigest()[:LENGTH]


def weights_hash() -> str:
    """Of the file of weights."""
    return hashlib.sha256((PACKAGE / "weights.json").read_bytes()).hexdigest()[:LENGTH]


def _bare(path: Path) -> ast.Module:
    """A syntax tree without docstrings; comments are not in it anyway."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return tree
