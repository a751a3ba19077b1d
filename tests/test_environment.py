"""pyproject.toml, requirements.lock and environment.yml say the same."""

import itertools
import json
import re
import tomllib

import pytest
import yaml
from packaging.markers import Environment, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec
from traitlets.config import PyFileConfigLoader

import make
from dlcourse import doctor
from dlcourse.paths import ROOT

TOML = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = TOML["project"]
REQUIREMENTS = [
    Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
]
SITE = [Requirement(line) for line in TOML["dependency-groups"]["site"]]


def read(lock: str) -> tuple[list[str], list[str]]:
    """Return the lines of a lock, and its pins alone."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return lines, [line.removesuffix(" \\") for line in lines if not line.startswith(" ")]


LOCK, SITE_LOCK = (read(name)[1] for name in ("requirements.lock", "requirements-site.lock"))
every_lock = pytest.mark.parametrize("name", ["requirements.lock", "requirements-site.lock"])
# where conda-forge has another name, and what comes with one of these
CONDA_NAMES = {"torch": "pytorch", "gymnasium": "gymnasium-box2d"}
BROUGHT = {"box2d", "pygame-ce"}

PYTHONS = ("3.11.5", "3.11.14", "3.12.0", "3.13.0", "3.13.9")
SYSTEMS = {
    "linux": ("posix", "Linux", "x86_64"),
    "darwin": ("posix", "Darwin", "arm64"),
    "win32": ("nt", "Windows", "AMD64"),
}


def surroundings(python: str, system: str) -> Environment:
    """Return what markers see on that Python and system."""
    os_name, platform_system, machine = SYSTEMS[system]
    return {
        **default_environment(),
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "implementation_version": python,
        "os_name": os_name,
        "sys_platform": system,
        "platform_system": platform_system,
        "platform_machine": machine,
    }


def pins(lock: list[str], python: str, system: str) -> dict[str, list[Version]]:
    """Return the versions that a lock installs there, by name."""
    found: dict[str, list[Version]] = {}
    for requirement in map(Requirement, lock):
        if requirement.marker is None or requirement.marker.evaluate(surroundings(python, system)):
            (pin,) = requirement.specifier
            found.setdefault(requirement.name, []).append(Version(pin.version))
    return found


@pytest.mark.parametrize(("python", "system"), list(itertools.product(PYTHONS, SYSTEMS)))
def test_lock_meets_every_requirement_on_every_supported_machine(python: str, system: str) -> None:
    for lock, requirements in ((LOCK, REQUIREMENTS), (SITE_LOCK, SITE)):
        found = pins(lock, python, system)
        assert [name for name, versions in found.items() if len(versions) > 1] == []
        for requirement in requirements:
            (version,) = found[canonicalize_name(requirement.name)]
            assert version in requirement.specifier, requirement


@every_lock
def test_lock_pins_exactly_and_names_no_host(name: str) -> None:
    line = re.compile(r"[a-z0-9-]+==[A-Za-z0-9.]+( ; [a-z_]+ [-a-z0-9_'.<>=!() ]+)?", re.IGNORECASE)
    assert [text for text in read(name)[1] if not line.fullmatch(text)] == []


@every_lock
def test_lock_has_hashes_of_every_package_and_nothing_else(name: str) -> None:
    """Every pin is continued by its hashes, the last of which ends it."""
    lines = read(name)[0]
    line = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [text for text in lines if text.startswith(" ") and not line.fullmatch(text)] == []
    for this, following in itertools.pairwise([*lines, "end"]):
        assert this.endswith(" \\") is following.startswith("    --hash="), this


def test_lock_holds_torch_first_and_none_of_its_cuda_libraries() -> None:
    torch = next(requirement for requirement in REQUIREMENTS if requirement.name == "torch")
    assert LOCK[0] == str(torch) == "torch==2.13.0"
    assert [text for text in LOCK if text.startswith(("nvidia", "cuda", "triton"))] == []


def clauses(range_: str) -> set[str]:
    """Return the parts of a version range, such as {">=2.4", "<3"}."""
    return set(range_.split(",")) if range_ else set()


def test_environment_for_conda_says_what_the_project_says() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *specs, pip = environment["dependencies"]
    conda = {}
    for spec in (MatchSpec(text, strict=True) for text in specs):
        conda[spec.name.normalized] = clauses(spec.version or "")
    project = {
        CONDA_NAMES.get(requirement.name, requirement.name): clauses(str(requirement.specifier))
        for requirement in REQUIREMENTS
        if requirement.name not in BROUGHT
    }
    python = {"python": clauses(str(SpecifierSet(PROJECT["requires-python"]))), "pip": set()}
    assert conda == project | python
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert pip == {"pip": ["-e ."]}


def test_conda_installs_the_cpu_build_of_pytorch() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    (line,) = re.findall(r"- (pytorch .*)", text)
    assert MatchSpec(line, strict=True).build == "cpu*"


# --- other places: Binder, a container, a hub --------------------------------------------------


def test_binder_installs_the_same_pytorch_on_a_supported_python() -> None:
    folder = ROOT / ".binder"
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line[0] not in "#-"] == [make.CPU_BUILD[0]]
    version = (folder / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert f"{version}.9" in SpecifierSet(PROJECT["requires-python"])


def test_a_container_for_editors_sets_up_as_everybody_does() -> None:
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    assert json.loads(text)["postCreateCommand"].startswith("make setup && ")


def test_a_hub_begins_with_the_learners_copies_and_sets_variables_that_exist() -> None:
    hub = PyFileConfigLoader("jupyterhub_config.py", path=str(ROOT / "hub")).load_config()
    cluster = yaml.safe_load((ROOT / "hub" / "values.yaml").read_text(encoding="utf-8"))
    for command, variables in (
        (hub.Spawner.cmd, hub.Spawner.environment),
        (cluster["singleuser"]["cmd"], cluster["singleuser"]["extraEnv"]),
    ):
        assert re.search(
            r"-m dlcourse\.copies; exec .*jupyterhub-singleuser\"? \"\$@\"$", command[2]
        )
        assert {name for name in variables if name.startswith("DLCOURSE")} <= {*doctor.VARIABLES}
        assert variables["DLCOURSE_MY"] == "~/dlcourse"
