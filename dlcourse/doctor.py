"""Is this machine ready for the course? One finding a line, in plain words."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import NamedTuple

import psutil
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from dlcourse import course
from dlcourse.paths import NOTEBOOKS, ROOT, data_cache

GIB = 1 << 30
VARIABLES = (
    *("DLCOURSE_DATA", "DLCOURSE_DEVICE", "DLCOURSE_LEDGER", "DLCOURSE_MY"),
    *("DLCOURSE_PROGRESS", "DLCOURSE_SEED"),
)
SET_BY_COMMANDS = ("DLCOURSE_CLAIMS", "DLCOURSE_LESSON", "DLCOURSE_PYTHON", "DLCOURSE_TORCH")
MISLEADING = ("JUPYTER_PATH", "MPLBACKEND", "PYTHONHOME", "PYTHONPATH")


class Finding(NamedTuple):
    """What was looked at, whether it is as it should be, and what was found or how to mend it."""

    subject: str
    ready: bool
    text: str


def examine() -> Iterator[Finding]:
    """Look at everything that a lesson stands on, one thing after the other."""
    for subject, look in LOOKS.items():
        try:
            yield Finding(subject, True, look())
        except Exception as error:  # a library that is not the right one raises anything
            told = " ".join(str(error).split()) or type(error).__name__
            yield Finding(subject, False, told)


def python() -> str:
    """Look whether the interpreter is one of those that are supported."""
    supported = metadata("dlcourse")["Requires-Python"]
    found = ".".join(map(str, sys.version_info[:3]))
    if found not in SpecifierSet(supported):
        raise RuntimeError(f"Python is {found}, but {supported} is needed: install another.")
    return f"{found} in {sys.prefix}"


def packages() -> str:
    """Look whether all packages are here, in versions that the course works with."""
    required = map(Requirement, metadata("dlcourse").get_all("Requires-Dist") or ())
    wrong = [
        f"{requirement.name} is {installed(requirement.name) or 'missing'}"
        f" (needs {requirement.specifier})"
        for requirement in required
        if not requirement.marker or requirement.marker.evaluate({"extra": ""})
        if not requirement.specifier.contains(installed(requirement.name) or "0")
    ]
    if wrong:
        raise RuntimeError(f"{'; '.join(wrong)}: `make setup` mends it.")
    others = differing()
    return (
        f"{len(others)} are not those of the lock: {', '.join(others)}" if others else "as locked"
    )


def differing() -> list[str]:
    """Return the packages of the lock that are here in another version."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    named = (Requirement(line.rstrip(" \\")) for line in lines if "==" in line)  # no hashes
    pins = [pin for pin in named if not pin.marker or pin.marker.evaluate()]
    return [
        f"{pin.name} {found}"
        for pin in pins
        if (found := installed(pin.name)) and not pin.specifier.contains(found)
    ]


def installed(name: str) -> str | None:
    """Return a package's version, or None where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def pytorch() -> str:
    """Let PyTorch compute a gradient on the device that was asked for."""
    import torch

    device = os.environ.get("DLCOURSE_DEVICE", "").strip() or "cpu"
    try:
        x = torch.tensor([1.0, 2.0], device=device, requires_grad=True)
        gradient = torch.autograd.grad(x @ x, x)[0].tolist()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise RuntimeError(
            f"PyTorch cannot compute on DLCOURSE_DEVICE={device} ({reason}): unset it, or choose "
            "one that this machine has."
        ) from error
    if gradient != [2.0, 4.0]:
        raise RuntimeError(f"PyTorch finds a wrong gradient, {gradient}: `make setup` mends it.")
    return f"{torch.__version__} computes on {device}"


def cores() -> str:
    """Count the cores; a lesson is content with one."""
    count = psutil.cpu_count() or 1
    return f"{count}, of which a lesson uses one"


def memory() -> str:
    """Look whether a lesson finds the memory that it may use."""
    free, needed = psutil.virtual_memory().available / GIB, course.MEMORY / GIB
    if free < needed:
        raise RuntimeError(
            f"{free:.1f} GiB is free, but {needed:.1f} GiB is needed: close other programs."
        )
    return f"{free:.1f} GiB free"


def disk() -> str:
    """Look whether there is room on the disk for data and outputs."""
    free = shutil.disk_usage(ROOT).free / GIB
    if free < 1:
        raise OSError(f"{free:.1f} GiB is free at {ROOT}, but 1 GiB is needed: delete something.")
    return f"{free:.0f} GiB free"


def lessons() -> str:
    """Read every lesson."""
    found = course.lessons()
    if not found:
        raise FileNotFoundError(f"{NOTEBOOKS} holds none: `git checkout -- notebooks` mends it.")
    return f"{len(found)} in {NOTEBOOKS}"


def data_sets() -> str:
    """Look whether the data are here, or can be fetched when they are needed."""
    from dlcourse import data

    missing = [name for name in data.catalog if not data.fetched(name)]
    cache = data_cache()
    if not missing:
        return f"all {len(data.catalog)} are here"
    if not writable(cache):
        raise OSError(
            f"{', '.join(missing)} cannot be fetched, because {cache} cannot be written: make it "
            "so, or set DLCOURSE_DATA to a folder that you may write."
        )
    return f"{', '.join(missing)} will be fetched on first use, or by `dlcourse data fetch`"


def writable(folder: Path) -> bool:
    """Tell whether a folder that exists, or the one that it would be made in, can be written."""
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def jupyterlab() -> str:
    """Look whether JupyterLab is here, with a kernel of this Python."""
    from jupyter_client.kernelspec import KernelSpecManager

    found = version("jupyterlab")
    command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    own = Path(command) == Path(sys.executable) or not Path(command).is_absolute()
    if not own:
        raise RuntimeError(
            f"Its kernel python3 runs {command}, another Python: "
            "`jupyter kernelspec remove python3` forgets that one."
        )
    return f"{found}, which `make lab` opens"


def settings() -> str:
    """Look whether the variables of the course say something that it understands."""
    from dlcourse import seeds

    given = sorted(name for name in os.environ if name.startswith("DLCOURSE_"))
    for name in given:
        if name not in VARIABLES + SET_BY_COMMANDS:
            near = get_close_matches(name, VARIABLES, n=1, cutoff=0)[0]
            raise ValueError(f"{name} means nothing to the course: did you mean {near}?")
    seeds.base()
    ledger = os.environ.get("DLCOURSE_LEDGER", "").strip()
    if ledger and not writable(Path(ledger).absolute().parent):
        raise OSError(f"DLCOURSE_LEDGER is {ledger}, which cannot be written: name another file.")
    return ", ".join(f"{name}={os.environ[name]}" for name in given) or "the usual ones"


def shell() -> str:
    """Name the variables that may mislead a lesson; the commands of make work without them."""
    if others := [name for name in MISLEADING if os.environ.get(name)]:
        return (
            f"{' and '.join(others)} may put other libraries, kernels or figures into lessons that "
            "you start yourself; `make lab` works without"
        )
    return "nothing in it misleads a lesson"


LOOKS: dict[str, Callable[[], str]] = {
    "Python": python,
    "Packages": packages,
    "PyTorch": pytorch,
    "JupyterLab": jupyterlab,
    "Lessons": lessons,
    "Data": data_sets,
    "Cores": cores,
    "Memory": memory,
    "Disk": disk,
    "Settings": settings,
    "Shell": shell,
}
"""What is looked at, in order."""
