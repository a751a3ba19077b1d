"""make.py: set-up from nothing, again, after an interruption, a move or a change."""

import ast
import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from dlcourse.paths import ROOT
from dlcourse.pictures import FOLDER

LOCKED = "install --require-hashes --no-deps --only-binary :all: -r"
"""How pip is told to take nothing that it cannot check, and to build nothing."""


def load(clone: Path) -> Any:
    """Import the make.py of a clone."""
    spec = importlib.util.spec_from_file_location("make", clone / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    return make


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the make.py of a clone whose path has a space and an umlaut."""
    clone = tmp_path / "my cloné"
    clone.mkdir()
    for name in ("make.py", "requirements.lock", "requirements-site.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, clone)
    for name in ("DLCOURSE_TORCH", "DLCOURSE_PYTHON"):
        monkeypatch.delenv(name, raising=False)
    return load(clone)


class Machine:
    """Stands for the programs that set-up calls: notes each command, and fails or stops one."""

    def __init__(self, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.make = make
        self.commands: list[str] = []
        self.trouble: dict[str, BaseException] = {}
        monkeypatch.setattr(make, "logged", self.logged)
        monkeypatch.setattr(make, "reaches", lambda url: False)
        monkeypatch.setattr(make, "uv", lambda: "")
        monkeypatch.setattr(make, "works", lambda: True)

    def logged(self, *command: str, **variables: str) -> None:
        text = " ".join(command[1:]).replace("-m pip --disable-pip-version-check --no-input ", "")
        self.commands.append(text)
        for part, error in self.trouble.items():
            if part in text:
                raise error
        if "-m venv" in text:
            python = Path(command[-1]) / self.make.PYTHON.relative_to(self.make.VENV)
            python.parent.mkdir(parents=True)
            python.touch()

    def setup(self) -> list[str]:
        """Set up, and return the commands that it took."""
        self.commands.clear()
        self.make.setup()
        return self.commands


@pytest.fixture
def machine(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(make, monkeypatch)


def is_fresh(commands: list[str]) -> bool:
    """Tell whether a set-up began with a new environment."""
    return any("-m venv" in command for command in commands)


def test_setup_installs_torch_the_lock_and_the_course_in_this_order(machine: Machine) -> None:
    make = machine.make
    venv, uv, torch, lock, imports, course, check = machine.setup()
    assert venv == f"-m venv {make.VENV}"
    assert uv == f"{LOCKED} {make.VENV / 'uv.lock'}"
    assert torch == f"{LOCKED} {make.VENV / 'torch.lock'}"
    assert lock == f"{LOCKED} {make.REQUIREMENTS}"
    assert "import sys, torch" in imports
    assert course == f"install --no-deps --no-build-isolation -e {make.ROOT}"
    assert check == "check"


def test_setup_done_is_not_done_again(machine: Machine) -> None:
    machine.setup()
    assert machine.setup() == []


@pytest.mark.parametrize("step", ["-m venv", "torch.lock", "requirements.lock", "-e ", "check"])
def test_interrupted_setup_starts_afresh(machine: Machine, step: str) -> None:
    machine.trouble = {step: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        machine.setup()
    leftover = machine.make.VENV / "lib" / "half-installed"
    leftover.mkdir(parents=True, exist_ok=True)
    machine.trouble = {}
    assert is_fresh(machine.setup())
    assert not leftover.exists()
    assert machine.setup() == []


def test_failed_step_is_named_with_the_end_of_its_log(machine: Machine) -> None:
    machine.trouble = {"requirements.lock": subprocess.CalledProcessError(1, "pip")}
    with pytest.raises(SystemExit, match="JupyterLab, NumPy") as stop:
        machine.setup()
    assert str(machine.make.LOG) in str(stop.value)
    assert not machine.make.is_ready()


def test_log_shows_what_a_failing_command_said(make: Any) -> None:
    make.OWN.mkdir()
    with pytest.raises(subprocess.CalledProcessError):
        make.logged(sys.executable, "-c", "raise SystemExit('No space left on device')")
    assert "No space left on device" in make.failure("PyTorch")


def test_what_is_ready_stays_until_its_successor_is(machine: Machine) -> None:
    machine.setup()
    ready = machine.make.VENV / "lib" / "ready"
    ready.mkdir(parents=True)
    (machine.make.REQUIREMENTS).write_text("torch==3 --hash=sha256:0\nuv==1\n", encoding="utf-8")
    for error in (subprocess.CalledProcessError(1, "pip"), KeyboardInterrupt()):
        machine.trouble = {"requirements.lock": error}
        with pytest.raises((SystemExit, KeyboardInterrupt)):
            machine.setup()
        assert ready.exists()
        assert machine.make.fits("place")
        assert not machine.make.BEFORE.exists()
    machine.trouble = {}
    assert is_fresh(machine.setup())
    assert not ready.exists()
    assert not machine.make.BEFORE.exists()


def test_what_is_ready_comes_back_after_a_setup_that_was_killed(machine: Machine) -> None:
    make = machine.make
    machine.setup()
    make.VENV.rename(make.BEFORE)
    make.create()
    commands = machine.setup()
    assert commands == []
    assert make.is_ready()
    assert not make.BEFORE.exists()


def test_moved_clone_starts_afresh(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.setup()
    moved = machine.make.ROOT.rename(machine.make.ROOT.with_name("elsewhere"))
    assert is_fresh(Machine(load(moved), monkeypatch).setup())


def test_another_python_starts_afresh_where_it_was_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.setup()
    monkeypatch.setattr(machine.make.platform, "python_version", lambda: "3.13.2")
    assert machine.setup() == [], "it may just come first on PATH"
    monkeypatch.setenv("DLCOURSE_PYTHON", "command line")
    assert is_fresh(machine.setup())
    monkeypatch.setattr(machine.make.platform, "python_version", lambda: "3.13.3")
    assert machine.setup() == [], "a patch release is no reason"
    monkeypatch.delenv("DLCOURSE_PYTHON")
    monkeypatch.setattr(machine.make.platform, "python_version", lambda: "3.11.7")
    assert machine.setup() == [], "what was named once is remembered"


def test_makefile_says_whether_python_was_named() -> None:
    make = shutil.which("make")
    if not make:
        pytest.skip("needs make")
    for named, origin in ((["PYTHON=python3.12"], "command line"), ([], "file")):
        command = [make, "-n", "-C", str(ROOT), *named, "lab"]
        clean = {name: value for name, value in os.environ.items() if name != "PYTHON"}
        shown = subprocess.run(command, env=clean, capture_output=True, check=True, text=True)
        assert f'DLCOURSE_PYTHON="{origin}"' in shown.stdout


def test_a_package_that_went_missing_is_mended(machine: Machine) -> None:
    site = machine.make.VENV / "lib" / "python3.11" / "site-packages"
    machine.setup()
    for name in ("numpy-2.4.6", "torch-2.13.0"):
        (site / f"{name}.dist-info").mkdir(parents=True)
    machine.make.write_stamp({**machine.make.wanted(), "packages": "numpy-2.4.6 torch-2.13.0"})
    (site / "seaborn-0.13.dist-info").mkdir()
    assert machine.setup() == [], "what the learner adds does no harm"
    (site / "numpy-2.4.6.dist-info").rename(site / "numpy-1.26.dist-info")
    commands = machine.setup()
    assert f"{LOCKED} {machine.make.REQUIREMENTS}" in commands
    assert not is_fresh(commands)


def test_what_doctor_finds_is_mended(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.setup()
    monkeypatch.setattr(machine.make, "works", lambda: False)
    assert is_fresh(machine.setup())


def test_lost_interpreter_starts_afresh(machine: Machine) -> None:
    machine.setup()
    machine.make.PYTHON.unlink()
    shutil.rmtree(machine.make.BIN)
    assert is_fresh(machine.setup())


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_damaged_stamp_starts_afresh(machine: Machine, content: str) -> None:
    machine.setup()
    machine.make.STAMP.write_text(content, encoding="utf-8")
    assert is_fresh(machine.setup())


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_what_has_changed_is_installed(machine: Machine, name: str) -> None:
    machine.setup()
    with (machine.make.ROOT / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    commands = machine.setup()
    assert f"{LOCKED} {machine.make.REQUIREMENTS}" in commands
    assert is_fresh(commands) is (name == "requirements.lock")
    assert machine.setup() == []


def test_an_update_that_failed_is_tried_again(machine: Machine) -> None:
    machine.setup()
    (machine.make.ROOT / "pyproject.toml").write_text("", encoding="utf-8")
    machine.trouble = {"check": subprocess.CalledProcessError(1, "pip")}
    with pytest.raises(SystemExit):
        machine.setup()
    machine.trouble = {}
    assert machine.setup() != []
    assert machine.setup() == []


def test_second_setup_waits_for_the_first(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make = machine.make
    make.OWN.mkdir()
    first = make.LOCK.open("a", encoding="utf-8")
    assert make.is_locked(first)

    def first_ends(seconds: float) -> None:
        assert machine.commands == []
        machine.make.PYTHON.parent.mkdir(parents=True)
        machine.make.PYTHON.touch()
        make.write_stamp(make.wanted())
        first.close()

    monkeypatch.setattr(make.time, "sleep", first_ends)
    assert machine.setup() == []
    assert "waiting" in capsys.readouterr().out


def test_named_build_of_torch_is_installed_and_kept(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.setup()
    monkeypatch.setenv("DLCOURSE_TORCH", "cu130")
    _, _, torch, *_ = commands = machine.setup()
    assert is_fresh(commands)
    index = f"{machine.make.PYTORCH_INDEX}cu130"
    assert torch == f"install --only-binary :all: torch==2.13.0 --index-url {index}"
    monkeypatch.delenv("DLCOURSE_TORCH")
    assert machine.setup() == []
    monkeypatch.setenv("DLCOURSE_TORCH", "cpu")
    assert "cu130" not in " ".join(machine.setup())


@pytest.mark.parametrize("build", ["cu130 --pre", "https://example.org", "../cpu"])
def test_nonsense_build_of_torch_is_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, build: str
) -> None:
    machine.setup()
    monkeypatch.setenv("DLCOURSE_TORCH", build)
    with pytest.raises(SystemExit, match="DLCOURSE_TORCH is"):
        machine.setup()
    monkeypatch.delenv("DLCOURSE_TORCH")
    assert machine.setup() == []


def of_torch(make: Any) -> list[str]:
    """Return what pip is asked for when PyTorch is installed: the pin, and how many hashes."""
    pin, *hashes = (make.VENV / "torch.lock").read_text(encoding="utf-8").split()
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes)
    return [pin, *hashes]


def test_cpu_build_comes_from_its_index_on_linux_where_that_answers(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = machine.make
    make.VENV.mkdir()
    monkeypatch.setattr(make, "reaches", lambda url: True)
    monkeypatch.setattr(sys, "platform", "linux")
    make.install_torch("cpu")
    assert of_torch(make) == list(make.CPU_BUILD)
    monkeypatch.setattr(sys, "platform", "darwin")
    make.install_torch("cpu")
    assert of_torch(make) == make.entry("torch")
    plain = f"{LOCKED} {make.VENV / 'torch.lock'}"
    assert machine.commands == [f"{plain} --index-url {make.PYTORCH_INDEX}cpu", plain]


def test_cpu_build_may_lie_on_a_mirror_and_else_linux_gets_the_build_that_there_is(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, asked = machine.make, []
    make.VENV.mkdir()
    monkeypatch.setattr(sys, "platform", "linux")
    make.install_torch("cpu")
    assert of_torch(make) == list(make.CPU_BUILD)

    def has_no_cpu_build(*_: str) -> None:
        asked.append(of_torch(make))
        if asked[-1] == list(make.CPU_BUILD):
            raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(make, "logged", has_no_cpu_build)
    make.install_torch("cpu")
    assert asked == [list(make.CPU_BUILD), make.entry("torch")]


def test_cpu_build_is_the_release_that_is_locked(make: Any) -> None:
    pin, *hashes = make.CPU_BUILD
    assert pin == f"{make.torch_pin()}+cpu"
    assert len(set(hashes)) == 2 * 3  # for two kinds of processor and three Pythons


def test_a_file_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    """What pip makes of set-up's options: no hash, a wheel with one more byte, a source."""
    make = load(ROOT)
    wheel = tmp_path / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("tiny.py", "")
        file.writestr(
            "tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n"
        )
        file.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr("tiny-1.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = tmp_path / "tiny.lock"

    def installed(*options: str) -> str:
        place = ("--isolated", "--no-index", "--find-links", str(tmp_path), "--no-cache-dir")
        command = (sys.executable, "-m", "pip", "install", *place, "--target", str(tmp_path / "to"))
        run = subprocess.run(
            [*command, *options, "-r", str(lock)],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return run.stdout + run.stderr

    lock.write_text("tiny==1\n", encoding="utf-8")
    assert "Hashes are required" in installed(*make.LOCKED)
    lock.write_text(f"tiny==1 --hash=sha256:{digest}\n", encoding="utf-8")
    assert "Successfully installed tiny-1" in installed(*make.LOCKED)
    with wheel.open("ab") as file:
        file.write(b"x")
    assert "DO NOT MATCH THE HASHES" in installed(*make.LOCKED)
    wheel.rename(tmp_path / "tiny-1.tar.gz")
    assert "No matching distribution found for tiny==1" in installed(*make.LOCKED)


def test_unreachable_index_is_not_waited_for(make: Any) -> None:
    assert not make.reaches("http://localhost:9/")


def test_cuda_build_gets_its_libraries(machine: Machine) -> None:
    machine.trouble = {"import sys, torch": subprocess.CalledProcessError(1, "python")}
    assert "install --only-binary :all: torch==2.13.0" in machine.setup()


def test_jupyter_is_quiet_and_ends_a_kernel_with_its_tab(machine: Machine) -> None:
    machine.setup()
    overrides = machine.make.VENV / "share/jupyter/lab/settings/overrides.json"
    settings = json.loads(overrides.read_text(encoding="utf-8"))
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    assert settings["@jupyterlab/notebook-extension:tracker"]["kernelShutdown"] is True
    kernels = machine.make.VENV / "etc/ipython/ipython_kernel_config.json"
    assert "dlcourse.unrun" in kernels.read_text(encoding="utf-8")


def test_setup_writes_into_the_folders_that_are_its_own(machine: Machine) -> None:
    before = set(machine.make.ROOT.parent.rglob("*"))
    machine.setup()
    written = set(machine.make.ROOT.parent.rglob("*")) - before
    own = (machine.make.VENV, machine.make.OWN)
    assert all(any(path.is_relative_to(folder) for folder in own) for path in written)


def test_uv_does_what_pip_would_and_pip_what_uv_cannot(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = machine.make
    monkeypatch.setattr(make, "uv", lambda: "/bin/uv")
    monkeypatch.setattr(make, "uv_settings", lambda: {"UV_INDEX": "https://mirror.example"})
    here = f"pip install --python {make.PYTHON} --index-strategy unsafe-best-match"
    asked = LOCKED.removeprefix("install ")
    _, torch, *_ = machine.setup()
    assert torch == f"{here} {asked} {make.VENV / 'torch.lock'}"
    machine.trouble = {"unsafe-best-match": subprocess.CalledProcessError(2, "uv")}
    shutil.rmtree(make.VENV)
    commands = machine.setup()
    assert f"{LOCKED} {make.VENV / 'torch.lock'}" in commands
    assert f"{LOCKED} {make.REQUIREMENTS}" in commands


def test_uv_is_told_what_pip_is(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(make, "PYTHON", sys.executable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels /more")
    settings = make.uv_settings()
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert settings["UV_FIND_LINKS"] == "/wheels,/more"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert "UV_DEFAULT_INDEX" not in make.uv_settings(), "what is said to uv itself is better"


NO_LOCKS = """
#include <errno.h>
int flock(int file, int operation) { errno = ENOLCK; return -1; }
"""


@pytest.mark.skipif(sys.platform != "linux", reason="preloads a library as Linux does")
def test_a_file_system_without_locks_is_not_waited_for(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("needs a C compiler to make a file system without locks")
    (tmp_path / "no.c").write_text(NO_LOCKS, encoding="utf-8")
    library = tmp_path / "no.so"
    command = [compiler, "-shared", "-fPIC", "-o", str(library), str(tmp_path / "no.c")]
    subprocess.run(command, check=True)
    tries = (
        "import make, pathlib; from dlcourse import paths; from dlcourse.exercises import progress;"
        f"make.LOCK = paths.PROGRESS = pathlib.Path({str(tmp_path)!r}, 'progress.json');"
        "f = open(make.LOCK.with_suffix('.x'), 'a'); assert make.is_locked(f);"
        "progress.attempt('11.x', True); assert progress.load()['11.x'].passed"
    )
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", tries],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(library)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stderr


def test_environment_of_somebody_else_is_left_alone(machine: Machine) -> None:
    theirs = machine.make.VENV / "pyvenv.cfg"
    theirs.parent.mkdir()
    theirs.touch()
    with pytest.raises(SystemExit, match="not of this set-up's making"):
        machine.setup()
    assert theirs.exists()


def test_debian_without_venv_is_told_what_to_install(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"apt install python3\.\d+-venv"):
        make.setup()
    assert not make.VENV.exists()


def test_folder_that_cannot_be_written_is_named(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied", str(make.VENV))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SystemExit, match=re.escape(str(make.VENV))):
        make.main(["setup"])


# --- interpreters ------------------------------------------------------------------------------


def old_interpreters() -> list[str]:
    """Return the unsupported interpreters of this machine, one of each version."""
    folders = [*os.get_exec_path(), *map(str, Path.home().glob(".pyenv/versions/*/bin"))]
    found = (
        shutil.which(f"python3.{minor}", path=os.pathsep.join(folders[::-1]))
        for minor in range(6, 11)
    )
    return [program for program in found if program]


@pytest.mark.parametrize("program", old_interpreters())
def test_old_interpreter_is_met_with_one_sentence(program: str) -> None:
    command = [program, str(ROOT / "make.py"), "lab"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("The course needs Python 3.11.5 to 3.13, but ")
    assert run.stderr.count("\n") == 1


def test_python_3_6_can_read_make() -> None:
    ast.parse((ROOT / "make.py").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    "version", [(3, 6, 0), (3, 11, 4), (3, 11, 5), (3, 12, 0), (3, 13, 99), (3, 14, 0), (4, 0, 0)]
)
def test_supported_interpreters_are_those_of_the_project(
    make: Any, version: tuple[int, int, int]
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = ".".join(map(str, version)) in SpecifierSet(project["requires-python"])
    assert (make.complaint(version, "python3") == "") is supported


# --- commands ----------------------------------------------------------------------------------


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return a way to set up where JupyterLab starts, at first a learner's Linux desktop."""
    for name in ("CI", "SSH_CONNECTION", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    return monkeypatch


def options(make: Any) -> list[str]:
    """Return the options that JupyterLab is started with, besides the lesson that it opens."""
    _, _, module, root, url, *rest = make.lab_command()
    assert (module, root) == ("jupyterlab", f"--ServerApp.root_dir={make.MINE}")
    assert url == "--LabApp.default_url=/lab/tree/00_start_here.ipynb"
    return rest


def test_lab_opens_a_browser_at_a_desk(make: Any, desk: pytest.MonkeyPatch) -> None:
    assert options(make) == []


def test_lab_prints_its_address_without_a_display(make: Any, desk: pytest.MonkeyPatch) -> None:
    desk.delenv("DISPLAY")
    assert options(make) == ["--no-browser"]
    desk.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert options(make) == []


@pytest.mark.parametrize("name", ["CI", "SSH_CONNECTION"])
def test_lab_prints_its_address_far_from_a_desk(
    make: Any, desk: pytest.MonkeyPatch, name: str
) -> None:
    desk.setenv(name, "yes")
    assert options(make) == ["--no-browser"]


def test_lab_as_root_prints_its_address(make: Any, desk: pytest.MonkeyPatch) -> None:
    desk.setattr(os, "geteuid", lambda: 0, raising=False)
    assert options(make) == ["--allow-root", "--no-browser"]


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_lab_needs_no_display_variable_elsewhere(
    make: Any, desk: pytest.MonkeyPatch, system: str
) -> None:
    desk.delenv("DISPLAY")
    desk.setattr(sys, "platform", system)
    assert options(make) == []


def test_lab_opens_the_copy_with_what_is_ready_where_an_update_fails(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make, called = machine.make, []
    monkeypatch.setattr(make, "call", lambda *command, **_: called.append(command) or 0)
    monkeypatch.setattr(make.sys, "platform", "win32")
    monkeypatch.setattr(make, "is_locked", lambda file: True)
    machine.trouble = {"check": subprocess.CalledProcessError(1, "pip")}
    with pytest.raises(SystemExit):
        make.lab()
    assert called == []
    machine.trouble = {}
    machine.setup()
    (make.ROOT / "requirements.lock").write_text("torch==3\nuv==1\n", encoding="utf-8")
    machine.trouble = {"check": subprocess.CalledProcessError(1, "pip")}
    make.lab()
    assert "is still here" in capsys.readouterr().out
    copies, lab = called
    assert copies[-1] == "dlcourse.copies"
    assert f"--ServerApp.root_dir={make.MINE}" in lab


@pytest.mark.parametrize("name", ["PYTHONPATH", "MPLBACKEND", "JUPYTER_PATH", "MATPLOTLIBRC"])
def test_commands_run_without_what_misleads_them(
    make: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "somewhere")
    assert name not in make.environment()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
@pytest.mark.parametrize("command", ["make.py help", "-m dlcourse.cli lessons"])
def test_a_reader_who_has_had_enough_is_no_error(command: str) -> None:
    shown = subprocess.run(
        f"{shlex.quote(sys.executable)} -u {command} | true",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert shown.stderr == ""


def test_commands_keep_what_programs_remember_in_the_clone(make: Any) -> None:
    changed = {k: v for k, v in make.environment().items() if os.environ.get(k) != v}
    folders = [Path(value) for name, value in changed.items() if name.endswith("DIR")]
    assert len(folders) == 5
    assert all(folder.is_relative_to(make.ROOT) for folder in folders)


def test_lessons_are_tested_whole_and_every_output_is_compared(make: Any) -> None:
    """`--nbval-lax` compares nothing, and deselected or ignored tests are not run."""
    lessons = make.test_parts()["lessons"]
    assert lessons == [
        *("pytest", "-n", "2", "--dist", "loadfile"),
        *("--nbval", "--nbval-current-env", "--nbval-kernel-startup-timeout", "600"),
        "notebooks",
    ]
    assert make.test_parts()["package"] == ["pytest", "-n", "3", "tests"]
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    options = set(shlex.split(tool["pytest"]["ini_options"]["addopts"]))
    assert options <= {"--strict-markers", "-ra", "-m", "not network"}


@pytest.mark.parametrize("broken", [[], ["format"], ["lint", "lessons"]])
def test_every_part_of_the_tests_runs_and_failures_are_named(
    make: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broken: list[str],
) -> None:
    parts = make.test_parts()
    ran: list[list[str]] = []

    def call(python: str, flag: str, *command: str, **variables: str) -> int:
        assert variables["OMP_NUM_THREADS"] == "1"
        ran.append(list(command))
        return int(any(parts[name] == list(command) for name in broken))

    monkeypatch.setattr(make, "prepare", lambda: None)
    monkeypatch.setattr(make, "call", call)
    assert make.test() == int(bool(broken))
    assert ran == list(parts.values())
    closing = capsys.readouterr().out.splitlines()[-1]
    assert closing.startswith(f"Failed: {', '.join(broken)}." if broken else "All tests passed")


def test_lock_keeps_torch_first_and_drops_cuda(make: Any) -> None:
    names = (
        "cuda-toolkit==13.0",
        "numpy==2.4.6",
        "nvidia-cublas==13.0",
        "torch==2.13.0",
        "triton==3",
    )
    resolution = "".join(
        f"{name} \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\n" for name in names
    )
    torch, numpy = make.entries(make.locked(resolution))
    assert torch == "torch==2.13.0 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\n"
    assert numpy.startswith("numpy==2.4.6 ")


def test_lock_is_resolved_with_hashes_and_without_sources(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(" ".join(command))
        found = "sphinx==9\n" if "--group" in command else "numpy==3\ntorch==2\n"
        return subprocess.CompletedProcess(command, 0, found)

    monkeypatch.setattr(make.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(make.subprocess, "run", run)
    assert make.lock() == 0
    assert len(asked) == 2
    for text in asked:
        assert all(option in text for option in ("--generate-hashes", "--only-binary :all:"))
    assert make.REQUIREMENTS.read_text(encoding="utf-8") == "torch==2\nnumpy==3\n"
    assert make.SITE_REQUIREMENTS.read_text(encoding="utf-8") == "sphinx==9\n"


def test_website_is_made_in_an_environment_of_its_own(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = machine.make
    learners = machine.setup().copy()
    monkeypatch.setattr(make, "uv", lambda: "/bin/uv")
    monkeypatch.setattr(make, "uv_settings", dict)
    for _ in range(2):  # the second time there is nothing to do
        make.prepare_site()
    venv, lock = machine.commands[len(learners) :]
    assert venv == f"-m venv {make.SITE_VENV}"
    assert lock.startswith(f"pip install --python {make.SITE_PYTHON} ")
    assert lock.endswith(f"{LOCKED.removeprefix('install')} {make.SITE_REQUIREMENTS}")
    make.SITE_REQUIREMENTS.write_text("sphinx==9\n", encoding="utf-8")
    make.prepare_site()
    assert machine.commands[-2:] == [venv, lock]


def test_website_that_cannot_be_set_up_is_tried_again(machine: Machine) -> None:
    machine.setup()
    machine.make.LOG.write_text("no room\n", encoding="utf-8")
    machine.trouble = {"site.lock": subprocess.CalledProcessError(1, "pip")}
    with pytest.raises(SystemExit, match="Set-up stopped at what makes the website"):
        machine.make.prepare_site()
    machine.trouble = {}
    machine.commands.clear()
    machine.make.prepare_site()
    assert len(machine.commands) == 2


@pytest.mark.parametrize("trouble", ["", "pages.py", "-t learner", "-t slides"])
def test_website_is_replaced_only_by_a_whole_one(
    make: Any, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    def call(*command: str) -> int:
        text = " ".join(command)
        if "sphinx" in command:
            assert " -W " in text
            page = Path(command[-1]) / "index.html"
            page.parent.mkdir(parents=True)
            page.write_text(page.parent.name, encoding="utf-8")
        return int(bool(trouble) and trouble in text)

    before = make.ROOT / "build" / "site" / "index.html"
    before.parent.mkdir(parents=True)
    before.write_text("before", encoding="utf-8")
    for name, function in (
        ("call", call),
        ("prepare", lambda: None),
        ("prepare_site", lambda: None),
    ):
        monkeypatch.setattr(make, name, function)
    assert make.site() == int(bool(trouble))
    parts = {"learner-html", "instructor-html", "slides-html"}
    found = {file.read_text(encoding="utf-8") for file in before.parent.rglob("index.html")}
    assert found == ({"before"} if trouble else parts)


def test_unknown_command_is_answered_with_those_there_are(
    make: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make.main(["tset"]) == 2
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in make.COMMANDS)


def test_makefile_passes_on_every_command(make: Any) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets.split() == list(make.COMMANDS)


# --- continuous integration --------------------------------------------------------------------


def jobs(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    workflow = yaml.safe_load((ROOT / ".github/workflows" / name).read_text(encoding="utf-8"))
    return dict(workflow["jobs"])


def commands(job: dict[str, Any]) -> list[str]:
    """Return what a job runs."""
    return [step["run"].strip() for step in job["steps"] if "run" in step]


def test_what_the_readme_says_is_what_continuous_integration_runs() -> None:
    assert "| run every test | `make test` |" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "make test"
    assert commands(jobs("tests.yml")["test"]) == ["python make.py test"]


def test_every_week_shows_what_no_change_can_be_blamed_for() -> None:
    weekly = jobs("weekly.yml")
    assert weekly["seeds"]["strategy"]["matrix"]["seed"] == [1, 2, 3, 4, 5]
    ran = {name: "\n".join(commands(job)) for name, job in weekly.items()}
    assert ".venv/bin/dlcourse run" in ran["seeds"]
    assert ran["portability"] == "python make.py portability"
    assert "pytest -m network tests/data" in ran["sources"]
    found = weekly["versions"]["strategy"]["matrix"]["include"]
    assert [each["resolution"] for each in found] == ["lowest-direct", "highest"]


@pytest.mark.parametrize(("name", "job"), [("tests.yml", "test"), ("weekly.yml", "portability")])
def test_figures_that_differ_are_kept(name: str, job: str) -> None:
    (upload,) = (
        step for step in jobs(name)[job]["steps"] if "upload-artifact" in step.get("uses", "")
    )
    assert upload["if"] == "failure()"
    assert ROOT / upload["with"]["path"] == FOLDER
