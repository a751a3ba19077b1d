"""Set the course up and run its commands: `python make.py lab` is all that a learner needs.

Only Python's standard library is used, in syntax that Python 3.6 can read, so that an interpreter
that is too old can say so. What is set up lies in `.venv` beside this file.
"""

import errno
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
IS_OURS = os.access(str(ROOT), os.W_OK)  # not a class's clone, which learners only read
OWN = (ROOT if IS_OURS else Path.home()) / ".dlcourse"  # what set-up and Jupyter remember
MINE = ROOT / "my" if IS_OURS else Path.home() / "dlcourse"  # the learner's copies of the lessons
if os.environ.get("DLCOURSE_MY", "").strip():
    MINE = Path(os.environ["DLCOURSE_MY"].strip()).expanduser()
VENV = ROOT / ".venv"
BEFORE = ROOT / ".venv-before"  # what was ready, until its successor is
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
REQUIREMENTS = ROOT / "requirements.lock"
SITE_VENV = ROOT / ".venv-site"  # what makes the website, beside the learner's environment
SITE_PYTHON = SITE_VENV / PYTHON.relative_to(VENV)
SITE_REQUIREMENTS = ROOT / "requirements-site.lock"
STAMP = VENV / "setup.json"  # what the environment was made for, once it is finished
LOG = OWN / "setup.log"
LOCK = OWN / "setup.lock"
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
MISLEADING = ("PYTHONPATH", "PYTHONHOME", "MPLBACKEND", "MATPLOTLIBRC", "JUPYTER_PATH")
"""Variables that put another NumPy, another way to draw, or another kernel into lessons."""
UV_SETTINGS = {
    "cert": "SSL_CERT_FILE",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
}
"""What uv calls the settings of pip."""
JUPYTER = {
    "share/jupyter/lab/settings/overrides.json": {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",  # no question about news, no look for updates
            "checkForUpdates": False,
        },
        # A kernel ends with its tab: four lessons would else hold three gigabytes.
        "@jupyterlab/notebook-extension:tracker": {"kernelShutdown": True},
    },
    # nbdime merges new editions; its buttons would only stand in a learner's way.
    "etc/jupyter/labconfig/page_config.json": {"disabledExtensions": {"nbdime-jupyterlab": True}},
    "etc/jupyter/jupyter_server_config.d/nbdime_off.json": {
        "ServerApp": {"jpserver_extensions": {"nbdime": False}}
    },
    # A cell that runs before those above it is told which one it needs.
    "etc/ipython/ipython_kernel_config.json": {
        "InteractiveShellApp": {"extensions": ["dlcourse.unrun"]}
    },
}
"""Files of settings in the environment."""
ONE_THREAD = {
    f"{library}_THREADS": "1"
    for library in ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM")
}


# --- set-up ------------------------------------------------------------------------------------


def wanted() -> dict[str, str]:
    """Return what the environment has to be made for."""
    stamp = stamped()
    kept = PYTHON.exists() and not is_named() and stamp.get("python")
    return {
        "place": str(ROOT),  # programs in a virtual environment hold its absolute path
        "python": kept or this_python(),
        "torch": os.environ.get("DLCOURSE_TORCH") or stamp.get("torch", "cpu"),
        "lock": hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest(),
        "project": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(),
    }


def is_named() -> bool:
    """Tell whether the user has named this interpreter; another may just come first on PATH."""
    return os.environ.get("DLCOURSE_PYTHON") in ("command line", "environment")


def this_python() -> str:
    """Return this interpreter's version, without its patch release, and its machine."""
    return "{} {}".format(platform.python_version().rpartition(".")[0], platform.machine())


def stamped() -> dict[str, str]:
    """Return what the environment was made for; nothing if it was never finished."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def fits(*parts: str) -> bool:
    """Tell whether the environment is finished, and in these parts made for what is wanted."""
    stamp, target = stamped(), wanted()
    return PYTHON.exists() and all(stamp.get(part) == target[part] for part in parts)


def is_ready() -> bool:
    """Tell whether the environment is made for this clone as it is now, and nothing is missing."""
    installed = stamped().get("packages", "").split()
    return fits(*wanted()) and packages().issuperset(installed)  # more does no harm


def packages() -> "set[str]":
    """Return what is installed in the environment, such as `numpy-2.4.6`."""
    folders = [*VENV.glob("lib/python*/site-packages"), VENV / "Lib" / "site-packages"]
    return {found.stem for folder in folders for found in folder.glob("*.dist-info")}


def works() -> bool:
    """Tell whether doctor finds nothing wrong with what is installed."""
    looks = "import dlcourse.doctor as at; at.python(); at.packages(); at.pytorch()"
    looked = subprocess.run(
        [str(PYTHON), "-c", looks], cwd=ROOT, env=environment(), capture_output=True, check=False
    )
    return looked.returncode == 0


def setup() -> None:
    """Make the environment, or mend what is wrong with it."""
    if prepare() or works():
        return
    with alone():
        anew()


def prepare() -> bool:
    """Make the environment unless it is ready, which costs next to nothing; tell if it was not."""
    if is_ready():
        return False
    if obstacle():
        sys.exit(obstacle())
    with alone():
        if not is_ready():
            mend() if fits("place", "python", "torch", "lock") else anew()
    return True


def obstacle() -> str:
    """Return the sentence that says why set-up cannot succeed here, or ''; nothing is changed."""
    build = wanted()["torch"]
    if not re.fullmatch(r"[a-z0-9.]+", build):
        return (
            f"DLCOURSE_TORCH is {build!r}, but names a build of PyTorch such as cu130 or cpu: "
            "choose one at pytorch.org, or unset it."
        )
    if VENV.exists() and any(VENV.iterdir()) and not STAMP.exists():
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
    """Hold the lock of set-up, once others of this clone have ended; mend what one left behind."""
    OWN.mkdir(exist_ok=True)
    with LOCK.open("a", encoding="utf-8") as file:
        if not is_locked(file):
            print("Another set-up of this clone is running; waiting for it to end.", flush=True)
            while not is_locked(file):
                time.sleep(0.5)
        # pip inherits the lock: it stays held if this process is killed while pip still writes.
        os.set_inheritable(file.fileno(), True)
        restore()
        yield


def is_locked(file: IO[str]) -> bool:
    """Try to lock an open file for this process and tell whether that worked.

    Some file systems know no locks: there, nobody can be kept out, and nobody has to wait.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK)
    return True


def mend() -> None:
    """Bring a finished environment up to date: the course's own part, and what went missing."""
    print(f"Bringing {VENV} up to date.", flush=True)
    install(steps())


def anew() -> None:
    """Make a new environment; what was ready comes back where this does not come to its end."""
    print(f"Setting up {VENV}: once, with about 2 GB and in a minute or two.", flush=True)
    if stamped():
        VENV.rename(BEFORE)
    elif VENV.exists():
        shutil.rmtree(VENV)
    title = f"an environment for Python {platform.python_version()}"
    try:
        install([(title, create), *steps()])
    except BaseException:
        restore()
        raise
    shutil.rmtree(BEFORE, ignore_errors=True)


def restore() -> None:
    """Put back what was ready before a set-up that was ended, and remove what it left."""
    if not BEFORE.exists():
        return
    if stamped():  # it had come to its end
        shutil.rmtree(BEFORE, ignore_errors=True)
        return
    shutil.rmtree(VENV, ignore_errors=True)
    BEFORE.rename(VENV)


def steps() -> "list[tuple[str, Callable[[], None]]]":
    """Return what is installed, in order."""
    torch = wanted()["torch"]
    return [
        ("uv, which is quicker than pip", install_uv),
        ("PyTorch", lambda: install_torch(torch)),
        ("JupyterLab, NumPy and all the others", install_lock),
        ("the course itself", install_course),
        ("a check that everything fits together", lambda: pip("check")),
    ]


def install(steps: "list[tuple[str, Callable[[], None]]]") -> None:
    """Take the steps one after the other, and stamp the environment at the very end."""
    target, start = wanted(), time.monotonic()
    LOG.write_text("", encoding="utf-8")
    for number, (title, step) in enumerate(steps, start=1):
        print(f"  {number}/{len(steps)}  {title}", flush=True)
        try:
            step()
        except subprocess.CalledProcessError:
            sys.exit(failure(title))
    write_stamp({**target, "packages": " ".join(sorted(packages()))})
    print(f"Ready after {time.monotonic() - start:.0f} s.", flush=True)


def create() -> None:
    """Make an empty environment, of the base interpreter, for this one may be the one before."""
    VENV.mkdir()
    STAMP.write_text("{}", encoding="utf-8")  # so that it is known as ours, and not as finished
    logged(getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(VENV))


def install_uv() -> None:
    """Install uv where it is not here and can be had; without it, pip does the same."""
    if not uv():
        with suppress(subprocess.CalledProcessError):
            install_locked(entry("uv"))


def install_torch(build: str) -> None:
    """Install PyTorch in its CPU build, or in the build that DLCOURSE_TORCH names.

    That other build, and what it needs, is the one thing of which no hashes are known here.
    """
    if build != "cpu":
        add(*WHEELS, torch_pin(), "--index-url", PYTORCH_INDEX + build)
        return
    if sys.platform == "linux":  # where the package index has the build for CUDA only
        if reaches(PYTORCH_INDEX + "cpu/"):
            install_locked(CPU_BUILD, "--index-url", PYTORCH_INDEX + "cpu")
            return
        with suppress(subprocess.CalledProcessError):  # unless a mirror or this disk has it
            install_locked(CPU_BUILD)
            return
    install_locked(entry("torch"))


def install_locked(entry: Sequence[str], *options: str) -> None:
    """Install one package: a pin, and the hashes that its file may have."""
    file = VENV / f"{entry[0].partition('==')[0]}.lock"  # pip takes hashes from files only
    file.write_text(" ".join(entry), encoding="utf-8")
    add(*LOCKED, "-r", str(file), *options)


def entries(lock: str) -> list[str]:
    """Return the entries of a lock: a pin each, and the lines of its hashes."""
    return re.findall(r"^\S.*\n(?: .*\n)*", lock, re.MULTILINE)


def entry(name: str) -> "list[str]":
    """Return the lock's entry for a package in words: the pin, and its hashes."""
    lock = REQUIREMENTS.read_text(encoding="utf-8")
    (found,) = (each for each in entries(lock) if each.startswith(f"{name}=="))
    return found.replace("\\", "").split()


def torch_pin() -> str:
    """Return the lock's pin of PyTorch, such as `torch==2.13.0`."""
    return entry("torch")[0]


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
    add(*LOCKED, "-r", str(REQUIREMENTS))
    needs_cuda = "import sys, torch; sys.exit(torch.version.cuda is not None)"
    try:
        logged(str(PYTHON), "-c", needs_cuda)
    except subprocess.CalledProcessError:
        print("       only a CUDA build was found: adding its libraries, several GB", flush=True)
        add(*WHEELS, torch_pin())


def install_course() -> None:
    """Install the package from this clone, and write the environment's settings of Jupyter."""
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    for place, settings in JUPYTER.items():
        file = VENV / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")


def add(*options: str, python: Path = PYTHON) -> None:
    """Install packages with uv, or with pip where there is no uv or it does not succeed."""
    program = uv()
    if program:
        here = ("pip", "install", "--python", str(python), "--index-strategy", "unsafe-best-match")
        with suppress(subprocess.CalledProcessError):
            logged(program, *here, *options, **uv_settings())
            return
    pip("install", *options, python=python)


def uv() -> str:
    """Return the path of uv, the environment's own or another, or ''."""
    return shutil.which("uv", path=str(BIN)) or shutil.which("uv") or ""


def uv_settings() -> "dict[str, str]":
    """Return for uv what the user has told pip of indexes, folders and certificates."""
    command = (str(PYTHON), "-m", "pip", "config", "list")
    told = subprocess.run(
        command, env=environment(), stdout=subprocess.PIPE, encoding="utf-8", check=False
    ).stdout
    found = dict(re.findall(r"^[^=\n]*\.([\w-]+)='(.*)'$", told, re.MULTILINE))
    if "find-links" in found:
        found["find-links"] = ",".join(found["find-links"].split())
    return {
        name: found[setting]
        for setting, name in UV_SETTINGS.items()
        if setting in found and name not in os.environ
    }


def pip(*arguments: str, python: Path = PYTHON) -> None:
    """Run an environment's pip, quietly and without questions."""
    options = ("--disable-pip-version-check", "--no-input")
    logged(str(python), "-m", "pip", *options, *arguments)


def logged(*command: str, **variables: str) -> None:
    """Run a command with its output in the log; raise CalledProcessError if it fails."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {shlex.join(command)}\n")
        log.flush()
        subprocess.run(
            command,
            cwd=ROOT,
            env={**environment(), "PIP_USER": "0", "PIP_PROGRESS_BAR": "off", **variables},
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


def prepare_site() -> None:
    """Make the environment of the website, unless it is made for its lock as that is now."""
    stamp = SITE_VENV / "setup.json"
    lock = hashlib.sha256(SITE_REQUIREMENTS.read_bytes()).hexdigest()
    target = json.dumps({"place": str(ROOT), "python": stamped()["python"], "lock": lock})
    with alone():
        if SITE_PYTHON.exists() and stamp.exists() and stamp.read_text("utf-8") == target:
            return
        print(f"Setting up {SITE_VENV}: once, with about 250 MB.", flush=True)
        shutil.rmtree(SITE_VENV, ignore_errors=True)
        try:
            logged(str(PYTHON), "-m", "venv", str(SITE_VENV))
            add(*LOCKED, "-r", str(SITE_REQUIREMENTS), python=SITE_PYTHON)
        except subprocess.CalledProcessError:
            sys.exit(failure("what makes the website"))
        stamp.write_text(target, encoding="utf-8")


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
        **{name: value for name, value in os.environ.items() if name not in MISLEADING},
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
    command = [str(PYTHON), "-m", "jupyterlab", f"--ServerApp.root_dir={MINE}"]
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
    """Open JupyterLab on the first lesson, in the learner's own copy."""
    try:
        prepare()
    except SystemExit as stopped:
        if not fits("place"):
            raise
        print(f"{stopped}\n\nUntil then, what was ready before is still here.", flush=True)
    call(str(PYTHON), "-m", "dlcourse.copies")
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
    prepare()
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
        "data": ["dlcourse.cli", "data", "fetch"],
        "package": ["pytest", "-n", "3", "tests"],  # one more than cores, for some tests wait
        "lessons": [
            *("pytest", "-n", "2", "--dist", "loadfile"),  # a lesson's cells stay in one process
            *("--nbval", "--nbval-current-env", "--nbval-kernel-startup-timeout", "600"),
            "notebooks",
        ],
    }


def build(*lessons: str) -> int:
    """Execute lessons anew and write them back: all of them, or those named."""
    prepare()
    return call(str(PYTHON), "-m", "dlcourse.cli", "build", *lessons)


def portability(*lessons: str) -> int:
    """Compare the stored outputs of lessons with those of other processors and thread counts."""
    prepare()
    return call(str(PYTHON), "-m", "dlcourse.portability", *lessons)


def replication(*lessons: str) -> int:
    """Run lessons with seeds 1 to 20, but for those that are known to hold, and keep what held."""
    prepare()
    return call(str(PYTHON), "-m", "dlcourse.replication", *lessons)


def site() -> int:
    """Write the website into build/site: the lessons, the instructor edition and the slides."""
    prepare()
    prepare_site()
    made, target = ROOT / "build" / "site-pages", ROOT / "build" / "site"
    code = call(str(PYTHON), "docs/site/pages.py", str(made))
    code = code or call(str(PYTHON), "docs/site/slides.py", str(made / "slides"))
    for edition, builder in (("learner", "html"), ("instructor", "html"), ("slides", "revealjs")):
        options = ("-W", "--keep-going", "-q", "-c", "docs/site", "-t", edition, "-b", builder)
        folders = [str(made / f"{edition}{part}") for part in ("-doctrees", "", "-html")]
        # A warning is an error, so that no link is dead.
        code = code or call(str(SITE_PYTHON), "-m", "sphinx", *options, "-d", *folders)
    if not code:
        shutil.rmtree(target, ignore_errors=True)
        (made / "learner-html").rename(target)
        for edition in ("instructor", "slides"):
            (made / f"{edition}-html").rename(target / edition)
        print(f"Open {target / 'index.html'} in a browser.", flush=True)
    return code


def lock() -> int:
    """Resolve both locks anew, for every supported Python and system; needs uv."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("Making the lock anew needs uv: install it with `pip install uv`, then try again.")
    oldest = ".".join(map(str, OLDEST))
    chosen = {
        REQUIREMENTS: ("--extra", "test", "pyproject.toml"),
        SITE_REQUIREMENTS: ("--group", "site"),
    }
    for file, what in chosen.items():
        resolved = subprocess.run(
            [
                *(uv, "pip", "compile", "--universal", "--python-version", oldest, *what),
                *("--generate-hashes", *WHEELS, "--no-annotate", "--no-header", "--quiet"),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=False,
            encoding="utf-8",
        )
        if resolved.returncode:  # uv has said why
            return resolved.returncode
        file.write_text(locked(resolved.stdout), encoding="utf-8", newline="\n")
    return 0


def locked(resolution: str) -> str:
    """Return a resolution as the lock keeps it: PyTorch first, and none of its CUDA libraries."""
    found = entries(resolution)
    torch = [entry for entry in found if entry.startswith("torch==")]
    cuda = ("torch==", "nvidia-", "cuda-", "triton")
    return "".join(torch + [entry for entry in found if not entry.startswith(cuda)])


COMMANDS: dict[str, Callable[..., int | None]] = {
    function.__name__: function
    for function in (lab, test, site, setup, build, portability, replication, lock)
}


def main(arguments: Sequence[str]) -> int:
    """Run the command that is named and return its exit code."""
    try:
        return run(*(arguments or ["help"]))
    except KeyboardInterrupt:
        print("\nInterrupted: the same command can be run again.")
        return 130
    except BrokenPipeError:  # whoever read what is printed has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        sys.exit(
            f"{error.filename or ROOT} could not be changed ({error.strerror}): close what uses it "
            "(JupyterLab, say), see that the folder can be written, and try again."
        )


def run(name: str, *rest: str) -> int:
    """Run a command, or say which there are."""
    if name not in COMMANDS or (rest and name not in ("build", "portability", "replication")):
        lines = [f"  {known:12} {function.__doc__}" for known, function in COMMANDS.items()]
        print("\n".join(["Usage: python make.py COMMAND [LESSON...]", *lines]))
        return 0 if name in ("help", "-h", "--help") else 2
    return COMMANDS[name](*rest) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
