"""What is known of each data set: published sizes, counts, moments and baselines."""

import json
import pickle
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.duration.hazard_regression import PHReg

from dlcourse import data
from dlcourse.data import Archive, Dataset, Pretrained, archives, cache, health, language, pickles
from dlcourse.survival import concordance


def loaded(name: str) -> Dataset:
    """Return a data set, or skip where it has never been fetched and cannot be."""
    try:
        return data.load(name)
    except ConnectionError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    """Return the images."""
    return loaded("mnist")


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


def test_ecg5000_is_the_published_one() -> None:
    beats = loaded("ecg5000")
    assert beats.train.inputs.shape == (500, 140)
    assert beats.test.inputs.shape == (4500, 140)
    assert np.bincount(beats.train.targets).tolist() == [292, 177, 10, 19, 2]
    assert np.bincount(beats.test.targets).tolist() == [2627, 1590, 86, 175, 22]
    assert (np.diff(beats.train.targets) >= 0).all()  # as the card warns
    assert len({beat.tobytes() for split in beats.parts.values() for beat in split.inputs}) == 5000


def test_each_heartbeat_is_scaled_as_the_card_says() -> None:
    for beats in loaded("ecg5000").parts.values():
        np.testing.assert_allclose(beats.inputs.mean(axis=1), 0, atol=1e-6)
        np.testing.assert_allclose(beats.inputs.std(axis=1, ddof=1), 1, atol=1e-5)


def test_the_nearest_heartbeat_is_right_as_often_as_published() -> None:
    """The archive's own table gives 1-nearest neighbour an error of .0749."""
    beats = loaded("ecg5000")
    model = KNeighborsClassifier(1).fit(*beats.train)
    assert model.score(*beats.test) == pytest.approx(1 - 0.0749, abs=0.0005)


def test_no_film_is_on_both_sides() -> None:
    reviews = loaded("film-reviews")
    films = [set(split.films) for split in reviews.parts.values()]
    assert [len(names) for names in films] == [406, 101]
    assert not set.intersection(*films)
    assert len(reviews.train.inputs) + len(reviews.test.inputs) == 12_749
    counts = Counter(film for split in reviews.parts.values() for film in split.films)
    assert max(counts.values()) == 35
    assert not counts.keys() & language.SAME_FILM.keys()


def test_no_review_repeats_another() -> None:
    texts = [text for split in loaded("film-reviews").parts.values() for text in split.inputs]
    plain = {re.sub(r"\W+", " ", text.lower()).strip() for text in texts}
    assert len(plain) == len(texts)
    assert all(text == " ".join(text.split()) for text in texts)


def test_film_reviews_are_fresh_as_often_as_the_card_says() -> None:
    reviews = loaded("film-reviews")
    targets = np.concatenate([split.targets for split in reviews.parts.values()])
    assert targets.mean() == pytest.approx(0.58, abs=0.005)
    assert reviews.classes[reviews.train.targets[0]] == "fresh"
    assert reviews.train.inputs[0] == "A three-hour cinema master class."


def test_bags_of_words_judge_77_of_100_reviews_rightly() -> None:
    reviews = loaded("film-reviews")
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=4)
    ).fit(*reviews.train)
    assert model.score(*reviews.test) == pytest.approx(0.775, abs=0.02)


def test_the_encoder_has_the_published_parts() -> None:
    minilm = pretrained()
    assert minilm.weights["embeddings.word_embeddings.weight"].shape == (30_522, 384)
    layers = {name.split(".")[2] for name in minilm.weights if name.startswith("encoder.layer")}
    assert layers == set("012345")
    assert sum(array.size for array in minilm.weights.values()) == 22_713_216
    assert {array.dtype for array in minilm.weights.values()} == {np.dtype(np.float32)}
    assert len(minilm.vocabulary) == 30_522
    assert [minilm.vocabulary[k] for k in (0, 100, 101, 102, 1996)] == [
        *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the")
    ]


def pretrained() -> Pretrained:
    """Return the encoder, or skip where it has never been fetched and cannot be."""
    try:
        return data.pretrained("minilm")
    except ConnectionError as error:
        pytest.skip(str(error))


def test_words_of_one_meaning_are_near_in_the_encoder() -> None:
    """Cosines between word vectors: the weights are trained ones, and in their places."""
    minilm = pretrained()
    place = {word: k for k, word in enumerate(minilm.vocabulary)}
    words = minilm.weights["embeddings.word_embeddings.weight"]
    words = words / np.linalg.norm(words, axis=1, keepdims=True)

    def likeness(one: str, other: str) -> float:
        return float(words[place[one]] @ words[place[other]])

    for one, near, far in (("film", "movie", "carbon"), ("good", "great", "north")):
        assert likeness(one, near) > likeness(one, far) + 0.2


def test_safetensors_are_read_as_they_were_written(tmp_path: Path) -> None:
    arrays = {"b": np.arange(3), "a": np.array([[1.5, -2]], dtype=np.float32)}
    header, end = {"__metadata__": {"format": "np"}}, 0
    for name, array in arrays.items():
        entry = {"dtype": {"f": "F32", "i": "I64"}[array.dtype.kind], "shape": array.shape}
        header[name] = entry | {"data_offsets": [end, end + array.nbytes]}
        end += array.nbytes
    text = json.dumps(header).encode()
    content = b"".join(array.tobytes() for array in arrays.values())
    (tmp_path / "file").write_bytes(len(text).to_bytes(8, "little") + text + content)
    read = language.safetensors(tmp_path / "file")
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array, strict=True)


def test_shakespeare_is_whole_and_without_mark_up() -> None:
    plays = loaded("shakespeare")
    text = "".join(play for split in plays.parts.values() for play in split.inputs)
    assert len(text) == 4_956_274
    assert len(set(text)) == 67
    assert not set(text) & set("#*_\\$()0123456789")
    assert len("".join(plays.train.inputs)) == 4_382_926
    assert plays.test.titles.tolist() == ["Twelfth Night", "Henry V", "Macbeth"]
    assert plays.validation.titles.tolist() == ["Julius Caesar", "The Tempest"]
    assert [plays.classes[kind] for kind in plays.test.targets] == ["comedy", "history", "tragedy"]
    assert "Friends, Romans, countrymen, lend me your ears;\n" in plays.validation.inputs[0]


def test_card_payments_are_the_published_ones() -> None:
    payments = loaded("card-fraud")
    assert {name: len(split.targets) for name, split in payments.parts.items()} == {
        "train": 142_403,
        "validation": 56_961,
        "test": 85_443,
    }
    assert [int(split.targets.sum()) for split in payments.parts.values()] == [269, 115, 108]
    amounts = np.concatenate([split.inputs[:, -1] for split in payments.parts.values()])
    assert payments.features[-1] == "amount"
    assert amounts.mean(dtype=float) == pytest.approx(88.3496, abs=1e-3)
    assert amounts.max() == pytest.approx(25_691.16, abs=1e-2)


def test_card_payments_are_split_in_time() -> None:
    times = [split.times for split in loaded("card-fraud").parts.values()]
    assert (np.diff(np.concatenate(times)) >= 0).all()
    assert all(past[-1] < future[0] for past, future in pairwise(times))
    assert times[0][0] == 0
    assert times[-1][-1] < 48 * 3600


def test_card_payments_have_the_flaws_that_the_card_names() -> None:
    payments = loaded("card-fraud")
    columns = [np.c_[split.inputs, split.times, split.targets] for split in payments.parts.values()]
    rows = np.concatenate(columns)
    repeats = pd.DataFrame(rows).duplicated()
    assert (repeats.sum(), rows[repeats, -1].sum()) == (1081, 19)
    # Only a rotation that was computed on all rows leaves no correlation in all of them.
    components = rows[:, :28].astype(float)
    np.testing.assert_allclose(components.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(np.corrcoef(components.T), np.eye(28), atol=1e-6)


def test_the_survival_of_rotterdam_and_of_the_german_study_is_the_published_one() -> None:
    patients = loaded("rotterdam-gbsg")
    assert patients.train.inputs.shape == (1546, 7)
    assert patients.test.inputs.shape == (686, 7)
    nodes = patients.features.index("positive nodes")
    assert min(split.inputs[:, nodes].min() for split in patients.parts.values()) == 1
    assert patients.test.targets[:, 1].sum() == 299
    for targets in (patients.train.targets, patients.train.overall, patients.test.targets):
        assert targets.shape[1] == 2
        assert (targets[:, 0] > 0).all()
        assert set(targets[:, 1]) == {0, 1}
    recurrence, death = patients.train.targets, patients.train.overall
    assert (recurrence[:, 0] <= death[:, 0]).all()
    # Who died is known to have had an event, unless the last examination was earlier.
    unknown = (recurrence[:, 1] == 0) & (death[:, 1] == 1)
    assert unknown.sum() == 21
    assert (recurrence[unknown, 0] < death[unknown, 0]).all()


def test_a_cox_model_carries_over_from_rotterdam_as_published() -> None:
    """Katzman and others (2018) report a concordance of .658."""
    patients = loaded("rotterdam-gbsg")
    rows, (days, event) = patients.train.inputs.astype(float), patients.train.targets.T
    center, scale = rows.mean(axis=0), rows.std(axis=0)
    model = PHReg(days, (rows - center) / scale, event, ties="efron").fit()
    risk = (patients.test.inputs - center) / scale @ model.params
    assert concordance(patients.test.targets, risk) == pytest.approx(0.658, abs=0.005)


def test_support2_is_the_published_one() -> None:
    patients = loaded("support2")
    assert patients.train.inputs.shape == (6373, 60)
    assert patients.test.inputs.shape == (2732, 60)
    inputs, targets = (
        np.concatenate([split[i] for split in patients.parts.values()]) for i in (0, 1)
    )
    assert targets[:, 1].mean() == pytest.approx(0.681, abs=5e-4)
    assert (targets[:, 0].min(), targets[:, 0].max()) == (3, 2029)
    columns = dict(zip(patients.features, inputs.T, strict=True))
    for kind, (_, values) in health.SUPPORT2_KINDS.items():
        assert (sum(columns[f"{kind}: {value}"] for value in values) == 1).all()
    missing = {name: np.isnan(column).mean() for name, column in columns.items()}
    assert missing["daily living, patient"] == pytest.approx(0.62, abs=0.005)
    for name in ("glucose", "urea nitrogen", "urine"):
        assert missing[name] == pytest.approx(0.5, abs=0.05)
    assert columns["race: white"].mean() == pytest.approx(0.79, abs=0.005)


def test_disability_at_two_months_tells_the_outcome_as_the_card_says() -> None:
    patients = loaded("support2")
    late = patients.train.inputs[
        :, patients.features.index("disability at 2 months: <2 mo. follow-up")
    ]
    days, died = patients.train.targets.T
    assert died[late == 1].mean() > 0.99
    assert np.median(days[late == 1]) < 60
    assert np.median(days[late == 0]) > 365


FETCHED = [name for name, card in data.catalog.items() if card.archives]


@pytest.mark.network
@pytest.mark.parametrize(
    ("name", "archive"),
    [(name, archive) for name in FETCHED for archive in data.catalog[name].archives],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_source_gives_the_pinned_arrays(name: str, archive: Archive, tmp_path: Path) -> None:
    try:
        arrays = archives.read(archive, tmp_path, bar="")
    except ConnectionError as error:
        pytest.skip(f"{error}: no network here")
    assert cache.fingerprint(arrays) == data.catalog[name].sha256
    assert sum(path.stat().st_size for path in tmp_path.glob("*.whl")) == archive.size


def test_a_pickle_of_arrays_is_read_and_nothing_else_is(tmp_path: Path) -> None:
    def unpickle(content: object) -> Any:
        path = tmp_path / "some.pickle"
        path.write_bytes(pickle.dumps(content, protocol=3).replace(b"numpy._core", b"numpy.core"))
        with path.open("rb") as file:
            return pickles.load(file, encoding="latin1")

    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(unpickle((numbers,))[0], numbers)
    for harmful in (eval, subprocess.Popen, np.load, pd.eval):
        with pytest.raises(pickle.UnpicklingError, match="has no place in a pickle of arrays"):
            unpickle(harmful)
