"""How the house is built: imports go down only, and nothing in it speaks of another place."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from dlcourse.paths import ROOT

FLOORS = (
    {"paths", "seeds", "claims", "data", "autograd", "games", "limits"},
    {
        "training",
        "evaluation",
        "survival",
        "privacy",
        "explaining",
        "ngrams",
        "boxes",
        "speech",
        "translation",
        "canvases",
        "driving",
        "tree_search",
        "encoder",
        "retrieval",
        "serving",
        "parallel",
        "together",
        "legibility",
        "plots",
    },
    {"exercises", "widgets", "playing"},
    {
        "course",
        "pictures",
        "build",
        "portability",
        "replication",
        "copies",
        "projects",
        "release",
        "spacing",
        "asking",
        "unrun",
        "doctor",
        "cli",
    },
)
PACKAGE = ROOT / "dlcourse"


def home(file: Path) -> str:
    """Return the module or folder of the package that a file belongs to."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file: Path) -> set[str]:
    """Return the dotted names that a file imports, wherever in it, unless for types alone."""
    found = set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            block.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import: write the full name"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def used() -> dict[str, set[str]]:
    """Return what of the package each part of it uses."""
    parts: dict[str, set[str]] = {}
    for file in PACKAGE.rglob("*.py"):
        if home(file) != "__init__":  # which only names what can be fetched
            names = {name.split(".")[1] for name in imports(file) if name.startswith("dlcourse.")}
            parts.setdefault(home(file), set()).update(names - {home(file), "__version__"})
    return parts


def test_every_module_has_its_floor():
    assert set(used()) <= set().union(*FLOORS)


def test_imports_go_down_only():
    level = {name: number for number, floor in enumerate(FLOORS) for name in floor}
    public = {"check": 2, "hint": 2, "solution": 2, "claim": 0}  # as the package offers them
    up = [
        f"{part} imports {other}"
        for part, others in used().items()
        for other in others
        if (level | public)[other] > level[part]
    ]
    assert up == []


def test_no_imports_go_round():
    TopologicalSorter(used()).prepare()  # raises CycleError


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules that are loaded after some code has run on its own."""
    code = f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "without"),
    [
        ("import dlcourse", {"numpy", "torch", "matplotlib", "pandas", "sklearn", "nbformat"}),
        ("import dlcourse.autograd", {"torch", "matplotlib", "sklearn"}),
        ("import dlcourse.course", {"numpy", "torch", "matplotlib", "nbformat"}),
        ("from dlcourse import check, claim, data", {"torch", "matplotlib"}),
    ],
)
def test_an_import_loads_no_more_than_it_needs(code, without):
    loaded = loaded_by(code)
    assert "dlcourse" in loaded
    assert not loaded & without


def test_autograd_never_imports_torch():
    for file in (PACKAGE / "autograd").rglob("*.py"):
        assert not {name for name in imports(file) if name.partition(".")[0] == "torch"}, file


def committed() -> list[Path]:
    """Return the files of the repository, or of the folder where it is no repository."""
    git = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(git, capture_output=True, encoding="utf-8", check=False)
    names = listed.stdout.split("\0")[:-1] if listed.returncode == 0 else []
    files = [ROOT / name for name in names] or list(PACKAGE.rglob("*"))
    return [file for file in files if file.is_file()]


# Each pattern has a bracket in it, so that this file does not hold what it looks for.
ELSEWHERE = re.compile(
    r"pypi[.]org|pythonhosted[.]org|conda[.]anaconda|registry[.]npmjs|[.]intern[a]l\b"
    r"|/work/(?:mai|share)[dn]|/opt/pyp[i]|/tmp/bri[e]f|/root/[.]"
)


def test_no_file_speaks_of_another_place():
    files = committed()
    assert len(files) > 20
    for file in files:
        content = file.read_bytes().decode("utf-8", errors="replace")
        assert not (found := ELSEWHERE.search(content)), f"{file}: {found[0]}"


def test_types_are_right() -> None:
    """Here, and no part of its own, so that another core goes on with other tests meanwhile."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
