"""Set the course up and run its commands: `python make.py lab` is all that a learner needs.

Only Python's standard library is used, in syntax that Python 3.6 can read, so that an interpreter
that is too old can say so. What is set up lies in `.venv` beside this file.
"""

import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.request import Request, urlopen

OLDEST, NEWEST = (3, 11, 5), (3, 13)


def complaint(version: "tuple[int, ...]", program: str) -> str:
    """Return the sentence that an interpreter outside the supported range is met with, or ''."""
    if version >= OLDEST and version[:2] <= NEWEST:
        return ""
    return (
        "The course needs Python 3.11.5 to 3.13, but {} is Python {}.{}.{}: install one of these "
        "and name it, as in `make lab PYTHON=python3.13` or `py -3.13 make.py lab`."
    ).format(program, *version)


if complaint(sys.version_info[:3], sys.executable):
    sys.exit(complaint(sys.version_info[:3], sys.executable))

ROOT = Path(__file__).resolve().parent
NOTEBOOKS = ROOT / "notebooks"
OWN = ROOT / ".dlcourse"  # the learner's own: progress, and what Jupyter remembers
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
REQUIREMENTS = ROOT / "requirements.lock"
STAMP = VENV / "setup.json"  # written last: what the finished environment was made for
LOG = VENV / "setup.log"
LOCK = VENV / "setup.lock"
PYTORCH_INDEX = "https://download.pytorch.org/whl/"
CPU_BUILD = (  # for Linux; PyTorch's own index has it, and its hashes, but the package index not
    "torch==2.13.0+cpu",
    "--hash=sha256:84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",  # 3.11 ARM
    "--hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",  # 3.11 x86
    "--hash=sha256:6f307c2c32d764ffc6ff6893b801fad6d4752f3e67966cb8abf1843427c02604",  # 3.12 ARM
    "--hash=sha256:4ca4a9394b0c771238a4f73590fdbbc4debad85ed0fa63d026ae1b085da7d6e2",  # 3.12 x86
    "--hash=sha256:0b8f7d0423027ae8b90c7977c627f3379f325363a08224dffad9b4b2d684a83d",  # 3.13 ARM
    "--hash=sha256:3fbf9c9d1f3c10c2d59d04aca426dee9ccc6ceb32d255c61e93acc3b4f75fae6",  # 3.13 x86
)
WHEELS = ("--only-binary", ":all:")  # nothing is built here, for a build runs what it was sent
LOCKED = ("--require-hashes", "--no-deps", *WHEELS)
ONE_THREAD = {
    f"{library}_THREADS": "1"
    for library in ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM")
}


# --- set-up ------------------------------------------------------------------------------------


def wanted() -> dict[str, str]:
    """Return what the environment has to be made for."""
    return {
        "place": str(ROOT),  # programs in a virtual environment hold its absolute path
        "python": f"{platform.python_version()} {platform.machine()}",
        "torch": os.environ.get("DLCOURSE_TORCH") or stamped().get("torch", "cpu"),
        "lock": hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest(),
        "project": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(),
    }


def stamped() -> dict[str, str]:
    """Return what the environment was made for; nothing if it was never finished."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_ready() -> bool:
    """Tell whether the environment is finished and made for this clone as it is now."""
    return PYTHON.exists() and stamped() == wanted()


def is_sound() -> bool:
    """Tell whether a finished environment can be brought up to date instead of made anew."""
    fixed = ("place", "python", "torch")
    before, target = stamped(), wanted()
    return PYTHON.exists() and all(before.get(part) == target[part] for part in fixed)


def setup() -> None:
    """Make the environment, or mend it; where it is ready, this costs next to nothing."""
    if is_ready():
        return
    if obstacle():
        sys.exit(obstacle())
    VENV.mkdir(exist_ok=True)
    with alone():
        if not is_ready():
            install()


def obstacle() -> str:
    """Return the sentence that says why set-up cannot succeed here, or ''; nothing is changed."""
    build = wanted()["torch"]
    if not re.fullmatch(r"[a-z0-9.]+", build):
        return (
            f"DLCOURSE_TORCH is {build!r}, but names a build of PyTorch such as cu130 or cpu: "
            "choose one at pytorch.org, or unset it."
        )
    if VENV.exists() and any(VENV.iterdir()) and not LOCK.exists():
        return f"{VENV} is not of this set-up's making: move it away, then run the command again."
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        version = "{}.{}".format(*sys.version_info)
        return (
            "This Python cannot make virtual environments: install what is missing with "
            f"`sudo apt install python{version}-venv`, then run the command again."
        )
    return ""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of set-up, waiting for another set-up of this clone to end."""
    with LOCK.open("a", encoding="utf-8") as file:
        if not is_locked(file):
            print("Another set-up of this clone is running; waiting for it to end.", flush=True)
            while not is_locked(file):
                time.sleep(0.5)
        # pip inherits the lock: it stays held if this process is killed while pip still writes.
        os.set_inheritable(file.fileno(), True)
        yield


def is_locked(file: IO[str]) -> bool:
    """Try to lock an open file for this process and tell whether that worked."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def install() -> None:
    """Install what the lock names, step by step, and stamp the environment at the very end."""
    target, start = wanted(), time.monotonic()
    steps: list[tuple[str, Callable[[], None]]] = [
        ("PyTorch", lambda: install_torch(target["torch"])),
        ("JupyterLab, NumPy and all the others", install_lock),
        ("the course itself", install_course),
        ("a check that everything fits together", lambda: pip("check")),
    ]
    if is_sound():
        print(f"Bringing {VENV} up to date.", flush=True)
    else:
        print(f"Setting up {VENV}: once, with about 2 GB and in some minutes.", flush=True)
        steps.insert(0, (f"an environment for Python {platform.python_version()}", create))
    STAMP.unlink(missing_ok=True)
    LOG.write_text("", encoding="utf-8")
    for number, (title, step) in enumerate(steps, start=1):
        print(f"  {number}/{len(steps)}  {title}", flush=True)
        try:
            step()
        except subprocess.CalledProcessError:
            sys.exit(failure(title))
    write_stamp(target)
    print(f"Ready after {time.monotonic() - start:.0f} s.", flush=True)


def create() -> None:
    """Empty `.venv` and make a new environment in it."""
    for entry in VENV.iterdir():
        if entry in (LOG, LOCK):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    # The base interpreter, for this one may be that of the environment that was just emptied.
    logged(getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(VENV))


def install_torch(build: str) -> None:
    """Install PyTorch in its CPU build, or in the build that DLCOURSE_TORCH names.

    That other build, and what it needs, is the one thing of which no hashes are known here.
    """
    if build != "cpu":
        pip("install", *WHEELS, torch_pin(), "--index-url", PYTORCH_INDEX + build)
        return
    if sys.platform == "linux":  # where the package index has the build for CUDA only
        if reaches(PYTORCH_INDEX + "cpu/"):
            install_locked(CPU_BUILD, "--index-url", PYTORCH_INDEX + "cpu")
            return
        with suppress(subprocess.CalledProcessError):  # unless a mirror or this disk has it
            install_locked(CPU_BUILD)
            return
    install_locked(torch_entry())


def install_locked(entry: Sequence[str], *options: str) -> None:
    """Install one package: a pin, and the hashes that its file may have."""
    file = VENV / "torch.lock"  # pip takes hashes from files only
    file.write_text(" ".join(entry), encoding="utf-8")
    pip("install", *LOCKED, "-r", str(file), *options)


def entries(lock: str) -> list[str]:
    """Return the entries of a lock: a pin each, and the lines of its hashes."""
    return re.findall(r"^\S.*\n(?: .*\n)*", lock, re.MULTILINE)


def torch_entry() -> list[str]:
    """Return the lock's entry for PyTorch in words: the pin, and its hashes."""
    return entries(REQUIREMENTS.read_text(encoding="utf-8"))[0].replace("\\", "").split()


def torch_pin() -> str:
    """Return the lock's pin of PyTorch, such as `torch==2.13.0`."""
    return torch_entry()[0]


def reaches(url: str, seconds: float = 3) -> bool:
    """Tell whether a server answers within some seconds, the look-up of its name included."""
    answers = []

    def ask() -> None:
        with suppress(OSError, HTTPException):
            urlopen(Request(url, method="HEAD"), timeout=seconds).close()
            answers.append(url)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answers)


def install_lock() -> None:
    """Install the lock, and the CUDA libraries if the build of PyTorch that came needs them."""
    pip("install", *LOCKED, "-r", str(REQUIREMENTS))
    needs_cuda = "import sys, torch; sys.exit(torch.version.cuda is not None)"
    try:
        logged(str(PYTHON), "-c", needs_cuda)
    except subprocess.CalledProcessError:
        print("       only a CUDA build was found: adding its libraries, several GB", flush=True)
        pip("install", *WHEELS, torch_pin())


def install_course() -> None:
    """Install the package from this clone, and keep JupyterLab from asking about news."""
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    overrides = {"@jupyterlab/apputils-extension:notification": quiet}
    (settings / "overrides.json").write_text(json.dumps(overrides), encoding="utf-8")


def pip(*arguments: str) -> None:
    """Run the environment's pip, quietly and without questions."""
    options = ("--disable-pip-version-check", "--no-input")
    logged(str(PYTHON), "-m", "pip", *options, *arguments)


def logged(*command: str) -> None:
    """Run a command with its output in the log; raise CalledProcessError if it fails."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {shlex.join(command)}\n")
        log.flush()
        subprocess.run(
            command,
            cwd=ROOT,
            env={**environment(), "PIP_USER": "0", "PIP_PROGRESS_BAR": "off"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            close_fds=False,
            check=True,
        )


def failure(title: str) -> str:
    """Return what to tell when a step failed: the log's last lines, and where it lies."""
    lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
    shown = "\n".join(f"    {line}" for line in lines)
    return (
        f"Set-up stopped at {title}. The log ends with:\n{shown}\n"
        f"All of it is in {LOG}. Mend what it says (the network, or room on the disk, most often) "
        "and run the same command again: it starts afresh."
    )


def write_stamp(target: dict[str, str]) -> None:
    """Write the stamp in one go, so that it is never half there."""
    draft = STAMP.with_suffix(".draft")
    draft.write_text(json.dumps(target, indent=2), encoding="utf-8")
    os.replace(draft, STAMP)


# --- commands ----------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """Return the variables of every command: this environment's programs, and all files in here.

    Settings of the learner's own Jupyter and Matplotlib neither change a lesson nor are changed.
    """
    homes = {
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "jupyter/config",
        "JUPYTER_DATA_DIR": "jupyter/data",
        "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
        "MPLCONFIGDIR": "matplotlib",
    }
    return {
        **os.environ,
        **{name: str(OWN / folder) for name, folder in homes.items()},
        "PATH": str(BIN) + os.pathsep + os.environ.get("PATH", ""),
        "VIRTUAL_ENV": str(VENV),
        "PYTHONUTF8": "1",  # text files are UTF-8 on Windows too
    }


def call(*command: str, **variables: str) -> int:
    """Run a command in the environment and return its exit code."""
    return subprocess.call(command, cwd=ROOT, env={**environment(), **variables})


def lab_command() -> list[str]:
    """Return the command that opens the first lesson, or prints its address without a display."""
    command = [str(PYTHON), "-m", "jupyterlab", f"--ServerApp.root_dir={NOTEBOOKS}"]
    command.append("--LabApp.default_url=/lab/tree/00_start_here.ipynb")
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        command.append("--allow-root")
    if is_root or not has_display():
        command.append("--no-browser")
    return command


def has_display() -> bool:
    """Tell whether a browser can be opened here."""
    if os.environ.get("CI") or os.environ.get("SSH_CONNECTION"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def lab() -> int:
    """Open JupyterLab on the first lesson."""
    setup()
    command = lab_command()
    if "--no-browser" in command:
        print("Open the address below in a browser; Ctrl-C ends JupyterLab.", flush=True)
    if sys.platform != "win32":
        # JupyterLab takes this process's place, so that Ctrl-C and signals reach it alone.
        os.chdir(ROOT)
        os.execve(command[0], command, environment())
    return call(*command)


def test() -> int:
    """Run every test, the package's and the lessons', and tell at the end which part failed."""
    setup()
    failed = []
    for name, command in test_parts().items():
        print(f"\n=== {name}: {shlex.join(command)}", flush=True)
        if call(str(PYTHON), "-m", *command, **ONE_THREAD):
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}. Their output is above.", flush=True)
    else:
        print("\nAll tests passed, the package's and the lessons'.", flush=True)
    return 1 if failed else 0


def test_parts() -> dict[str, list[str]]:
    """Return the parts of the tests in order: a name, and the module that is run with arguments."""
    return {
        "lint": ["ruff", "check"],
        "format": ["ruff", "format", "--check"],
        "types": ["mypy"],
        "data": ["dlcourse.cli", "data", "fetch"],
        "package": ["pytest", "-n", "2", "tests"],
        "lessons": [
            *("pytest", "-n", "2", "--dist", "loadfile"),  # a lesson's cells stay in one process
            *("--nbval", "--nbval-current-env", "--nbval-kernel-startup-timeout", "600"),
            "notebooks",
        ],
    }


def build(*lessons: str) -> int:
    """Execute lessons anew and write them back: all of them, or those named."""
    setup()
    return call(str(PYTHON), "-m", "dlcourse.cli", "build", *lessons)


def portability(*lessons: str) -> int:
    """Compare the stored outputs of lessons with those of other processors and thread counts."""
    setup()
    return call(str(PYTHON), "-m", "dlcourse.portability", *lessons)


def replication(*lessons: str) -> int:
    """Run lessons with seeds 1 to 20, but for those that are known to hold, and keep what held."""
    setup()
    return call(str(PYTHON), "-m", "dlcourse.replication", *lessons)


def lock() -> int:
    """Resolve requirements.lock anew, for every supported Python and system; needs uv."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("Making the lock anew needs uv: install it with `pip install uv`, then try again.")
    oldest = ".".join(map(str, OLDEST))
    resolved = subprocess.run(
        [
            *(uv, "pip", "compile", "--universal", "--python-version", oldest, "--extra", "test"),
            *("--generate-hashes", *WHEELS, "--no-annotate", "--no-header", "--quiet"),
            "pyproject.toml",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=False,
        encoding="utf-8",
    )
    if resolved.returncode == 0:  # otherwise uv has said why
        REQUIREMENTS.write_text(locked(resolved.stdout), encoding="utf-8", newline="\n")
    return resolved.returncode


def locked(resolution: str) -> str:
    """Return a resolution as the lock keeps it: PyTorch first, and none of its CUDA libraries."""
    found = entries(resolution)
    torch = [entry for entry in found if entry.startswith("torch==")]
    cuda = ("torch==", "nvidia-", "cuda-", "triton")
    return "".join(torch + [entry for entry in found if not entry.startswith(cuda)])


COMMANDS: dict[str, Callable[..., int | None]] = {
    function.__name__: function
    for function in (lab, test, setup, build, portability, replication, lock)
}


def main(arguments: list[str]) -> int:
    """Run the command that is named and return its exit code."""
    name, *rest = arguments or ["help"]
    if name not in COMMANDS or (rest and name not in ("build", "portability", "replication")):
        lines = [f"  {known:12} {function.__doc__}" for known, function in COMMANDS.items()]
        print("\n".join(["Usage: python make.py COMMAND [LESSON...]", *lines]))
        return 0 if name in ("help", "-h", "--help") else 2
    try:
        return COMMANDS[name](*rest) or 0
    except KeyboardInterrupt:
        print("\nInterrupted: the same command can be run again.")
        return 130
    except OSError as error:
        sys.exit(
            f"{error.filename or ROOT} could not be changed ({error.strerror}): close what uses it "
            "(JupyterLab, say), see that the folder can be written, and try again."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
