"""`dlcourse ask`: what is found, what is refused, what is kept, and what cannot be asked."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from dlcourse import asking, cli, data, paths, retrieval
from dlcourse.asking import Index, ask, checked, in_our_words, paragraphs
from dlcourse.course import Lesson, lessons
from dlcourse.encoder import HEADS, Encoder

TEXTS = {
    "11": "A neuron weighs its inputs and adds them.\n\n## Lines\n\nAll its weights turn the line.",
    "12": "A layer is made of neurons.\n\n## XOR\n\nTwo layers of neurons compute XOR at last.",
    "21": "Depth folds the plane again and again.",
    "22": "Filters slide over pictures, from left to right.",
}


class Letters:
    """An encoder that counts letters, and how often it was asked."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.read += texts
        found = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            for letter in text.lower():
                row[ord(letter) % 384] += 1
        return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Letters:
    """Put such an encoder in the place of MiniLM, and the cache into a folder of the test's own."""
    monkeypatch.setattr(paths, "own_cache", lambda: tmp_path / "cache")
    encoder = Letters()
    monkeypatch.setattr(Index, "encoder", encoder)
    return encoder


def lesson(id: str, text: str, folder: Path, terms: Sequence[str] = ()) -> Lesson:
    """Write a lesson of a few paragraphs, and read it."""
    path = folder / f"{id}_tiny.ipynb"
    about = {"id": id, "title": f"Lesson {id}", "part": int(id[0]), "question": "?", "minutes": 5}
    about |= {"seconds": 1, "needs": [], "objectives": [], "data": [], "exercises": []}
    about["terms"] = [*terms]
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    path.write_text(json.dumps({"cells": [cell], "metadata": {"dlcourse": about}}))
    return Lesson.read(path)


@pytest.fixture
def few(tmp_path: Path) -> list[Lesson]:
    """Four lessons of a few paragraphs."""
    return [lesson(id, text, tmp_path) for id, text in TEXTS.items()]


# --- words and ranks ------------------------------------------------------------------------------


def test_a_score_is_the_part_of_the_surprise_that_is_shared():
    scores = retrieval.Words(["red car", "red house", "blue car"])(["red house", "green"])
    red, house = np.log(4 / 3), np.log(4 / 2)
    assert scores[0] == pytest.approx([red / (red + house), 1, 0])
    assert scores[1].tolist() == [0, 0, 0]


def test_endings_do_not_count():
    assert retrieval.stems("Division, divided!") == {"divis", "divid"}
    assert retrieval.stems("gradient Gradients") == {"gradi"}
    assert retrieval.Words(["a"])(["?"]).tolist() == [[0]]


def test_each_paragraph_is_of_another_lesson_and_neighbours_speak_for_it():
    lessons = np.array(["11", "11", "12", "12", "21"])
    scores = np.array([[0.9, 0.8, 0.7, 0.1, 0.75]])
    assert retrieval.best_of_lessons(scores, lessons).tolist() == [[0, 4, 2]]
    assert retrieval.best_of_lessons(scores, lessons, count=1).tolist() == [[0]]
    tells = np.array([False, True, True, True, True])
    assert retrieval.best_of_lessons(scores, lessons, tells).tolist() == [[1, 4, 2]]
    alone = np.array([[0.8, 0.0, 0.75, 0.75, 0.1]])
    assert retrieval.best_of_lessons(alone, lessons)[0, 0] == 2


def test_words_of_others_become_those_of_the_lessons():
    assert in_our_words("What do skip connections do?") == "What do residual connections do?"
    assert (
        in_our_words("L2 regularization?") == in_our_words("l2-regularisation?") == "weight decay?"
    )
    assert in_our_words("Shortcuts, and backpropagation") == "Shortcuts, and backpropagation"
    assert in_our_words("What is a TPR? A CNN?") == "What is a recall? A convolution?"
    assert in_our_words("myJaccard, IoUx") == "myJaccard, IoUx"
    assert {*asking.ALSO.values()} <= {term for each in lessons() for term in each.terms}


def test_a_question_is_also_asked_in_the_words_of_the_lessons(few, letters, tmp_path):
    said = "A residual connection adds what came in to what comes out."
    index = Index(paragraphs([*few, lesson("37", said, tmp_path)]))
    asked = (f"What does a {word} connection do?" for word in ("residual", "skip"))
    ours, theirs = map(index.answer, asked)
    assert theirs.found[0].text == ours.found[0].text == said
    assert letters.read[-2:] == [theirs.question, ours.question]


# --- the encoder ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def minilm() -> Encoder:
    return Encoder(data.pretrained("minilm"))


def test_vectors_tell_what_is_near(minilm: Encoder):
    v = minilm(["How do I stop overfitting?", "Dropout against overfitting", "Bake bread slowly."])
    assert np.linalg.norm(v, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert v[0] @ v[1] > v[0] @ v[2] + 0.1


def test_a_text_has_one_vector_whatever_stands_beside_it(minilm: Encoder):
    short, long = "A neuron.", "Many neurons " * 20
    assert minilm([short, long])[0] == pytest.approx(minilm([short])[0], abs=1e-5)
    assert len(minilm.pieces("word " * 10_000)) == 256


def test_a_layer_is_that_of_pytorch(minilm: Encoder):
    layer = torch.nn.TransformerEncoderLayer(
        384, HEADS, 1536, 0.0, "gelu", layer_norm_eps=1e-12, batch_first=True
    ).eval()
    w = {name: torch.tensor(array) for name, array in minilm.weights.items()}
    first = "encoder.layer.0."
    parts = {
        "self_attn.out_proj": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense",
        "linear2": "output.dense",
        "norm2": "output.LayerNorm",
    }
    named = {
        f"{ours}.{kind}": w[f"{first}{theirs}.{kind}"]
        for ours, theirs in parts.items()
        for kind in ("weight", "bias")
    }
    for kind in ("weight", "bias"):
        three = [w[f"{first}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
        named[f"self_attn.in_proj_{kind}"] = torch.cat(three)
    layer.load_state_dict(named)
    h = np.random.default_rng(0).normal(size=(2, 7, 384)).astype(np.float32)
    filled = np.arange(7) < np.array([[7], [4]])
    with torch.no_grad():
        theirs = layer(torch.tensor(h), src_key_padding_mask=torch.tensor(~filled)).numpy()
    ours = minilm._layer(h, filled, first)
    assert ours[filled] == pytest.approx(theirs[filled], abs=1e-4)


# --- what is said ---------------------------------------------------------------------------------


def test_paragraphs_are_plain_and_know_their_section(tmp_path: Path):
    text = (
        "# Title\n\n## One *idea*\n\nSee [lesson 11](11_neuron.ipynb), it is **all** of `x[k]`.\n\n"
        "$$x = 1$$\n\n**Terms:** one, two, three, four, five, six.\n\n| a | b | c | d | e | f |\n\n"
        "## Recall\n\nWhat was it that we said before this?"
    )
    (found,) = paragraphs([lesson("12", text, tmp_path)])
    assert (found.section, found.text) == ("One *idea*", "See lesson 11, it is all of x[k].")
    assert found.link == "12_tiny.ipynb#One-*idea*"
    assert found.command.startswith("jupyter lab ")
    assert found.command.endswith("12_tiny.ipynb")


def test_a_question_that_is_quoted_is_no_answer(tmp_path: Path):
    text = (
        "*What is the capital of France?* Nothing here tells that to anybody.\n\n"
        '- Ask it of the course: `dlcourse ask "why divide by the root of d?"` and read on.\n\n'
        "An *idea* and another *one*, is it not? So it is said."
    )
    assert [each.text for each in paragraphs([lesson("12", text, tmp_path)])] == [
        "Nothing here tells that to anybody.",
        "Ask it of the course: and read on.",
        "An idea and another one, is it not? So it is said.",
    ]


def test_what_a_lesson_sets_out_to_tell_is_no_answer(letters: Letters, tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "ENOUGH", 0.1)
    told, aim = "A rest of warmth keeps the tea hot.", "Say why the tea stays hot."
    text = f"{told}\n\n## What you can do now\n\n- {aim}"
    answer = Index(paragraphs([lesson("12", text, tmp_path)])).answer("Why the tea stays hot?")
    assert [each.text for each in answer.found] == [told]


def test_three_lessons_answer(letters: Letters, few: list[Lesson], monkeypatch):
    monkeypatch.setattr(asking, "ENOUGH", 0.1)
    answer = Index(paragraphs(few)).answer("How do layers compute XOR?")
    assert answer.found[0].text == "Two layers of neurons compute XOR at last."
    assert len({each.lesson.id for each in answer.found}) == 3
    assert "12 Lesson 12 · XOR" in str(answer)
    assert "Found, not generated." in str(answer)
    assert 'href="12_tiny.ipynb#XOR"' in answer._repr_html_()


def test_a_term_is_explained_where_it_stands_in_italics(
    letters: Letters, few, tmp_path, monkeypatch
):
    monkeypatch.setattr(asking, "ENOUGH", 1.1)
    told = "Weights that are moved by their slopes have a *momentum*, as a ball that rolls has it."
    first = lesson(
        "34", f"Of momentum we speak below, and not yet here.\n\n{told}", tmp_path, ["momentum"]
    )
    index = Index(paragraphs([*few, first]))
    plain = told.replace("*", "")
    for question in (
        "What is momentum?",
        "what's a momentum",
        "Momentum",
        "What does momentum mean?",
    ):
        assert [each.text for each in index.answer(question).found] == [plain]
    for question in ("What is momentum good for?", "What is a neuron?", "?!"):
        assert index.answer(question).found == ()
    monkeypatch.setattr(asking, "ENOUGH", 0.1)
    found = index.answer("What is momentum?").found
    assert found[0].text == plain
    assert len({each.lesson.id for each in found}) == 3


@pytest.mark.parametrize(
    ("term", "asked"),
    [
        ("cross-validation", "cross validation"),
        ("initialisation", "What is initialization?"),
        ("Amdahl's law", "What is Amdahl’s law?"),
        ("bias", "What are biases?"),
        ("Kaplan–Meier curve", "what is a Kaplan-Meier curve"),
        ("word error rate", "What does WER stand for?"),
    ],
)
def test_a_term_may_be_spelled_in_other_ways(letters: Letters, tmp_path, term: str, asked: str):
    told = f"This is what we mean by *{term}*, in so many words."
    index = Index(paragraphs([lesson("34", told, tmp_path, [term])]))
    assert index.explained(asked) == [0]
    assert index.explained(f"Why {asked}?") == []


def test_every_term_of_the_course_is_explained():
    index = Index(paragraphs(lessons()))
    for each in lessons():
        for term in each.terms:
            for question in (f"What is {term}?", f"What are the {term}s?"):
                places = index.explained(question)
                assert each.id in {index.lessons[place] for place in places}, question


def test_what_the_course_does_not_say_is_said_so(letters: Letters, few: list[Lesson], monkeypatch):
    monkeypatch.setattr(asking, "ENOUGH", 1.1)
    answer = Index(paragraphs(few)).answer("How do layers compute XOR?")
    assert answer.found == ()
    assert str(answer) == "The course does not say."


def test_a_paragraph_is_encoded_once(letters: Letters, few: list[Lesson], tmp_path: Path):
    Index(paragraphs(few)).answer("What?")
    once = len(letters.read)
    Index(paragraphs(few)).answer("What?")
    assert len(letters.read) == once + 1  # the question
    few[2] = lesson("21", "Depth folds the plane, and folds it, and folds it.", tmp_path)
    Index(paragraphs(few)).answer("What?")
    assert set(letters.read[once + 1 :]) == {few[2].cells[0].source, "What?"}


@pytest.mark.parametrize("damage", [b"", b"PK nonsense", None])
def test_a_damaged_index_is_made_anew(
    letters: Letters, few: list[Lesson], tmp_path: Path, damage: bytes | None
):
    whole = Index(paragraphs(few)).vectors
    (kept,) = (tmp_path / "cache").iterdir()
    stored = kept.read_bytes()
    kept.write_bytes(stored[: len(stored) // 2] if damage is None else damage)
    letters.read.clear()
    again = Index(paragraphs(few)).vectors
    assert len(letters.read) == len(whole)
    assert again == pytest.approx(whole, abs=1e-3)
    assert kept.read_bytes() != damage


def test_a_cache_that_cannot_be_written_is_done_without(
    letters: Letters, few: list[Lesson], tmp_path: Path
):
    (tmp_path / "cache").write_text("a file, not a folder")
    assert Index(paragraphs(few)).vectors.shape[1] == 384


def test_without_an_encoder_words_answer_and_it_is_said(few: list[Lesson], monkeypatch):
    def no_network(name: str) -> None:
        raise ConnectionError("no network")

    monkeypatch.setattr(data, "pretrained", no_network)
    answer = Index(paragraphs(few)).answer("layers compute XOR")
    assert answer.found[0].lesson.id == "12"
    assert "By its words alone" in str(answer)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("", "There is no question"),
        ("  ?! ", "There is no question"),
        ("why " * 10_000, "10,000 words, but may have 100"),
        ("Pourquoi divise-t-on par la racine de d", "not in English"),
        ("Warum teilt man durch die Wurzel von d?", "not in English"),
        ("为什么要除以根号", "not in English"),
        ("Was macht ein Neuron in einem Netz?", "not in English"),
        ("Почему мы делим на корень из d?", "not in English"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(question: str, told: str):
    with pytest.raises(ValueError, match=told) as error:
        ask(question)
    assert str(error.value).count(". ") == 0


def test_without_lessons_it_is_said(monkeypatch):
    monkeypatch.setattr(asking, "survey", lambda: ((), []))
    with pytest.raises(LookupError, match="no lessons"):
        ask("Why divide by the root of d?")


def test_the_readers_own_copy_is_asked(letters: Letters, few: list[Lesson], tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "survey", lambda: (tuple(few), []))
    monkeypatch.setattr(asking, "ENOUGH", 0.1)
    mine = tmp_path / "my"
    mine.mkdir()
    monkeypatch.setattr(paths, "MINE", mine)
    lesson("11", "My own note says that XOR is easy for two layers.", mine)
    (mine / "12_tiny.ipynb").write_text("damaged")
    (mine / "21_tiny.ipynb").mkdir()
    lesson("34", "Another lesson under the name of this one.", mine).path.rename(
        mine / "22_tiny.ipynb"
    )
    found = {each.lesson.id: each for each in ask("How is XOR computed by layers?").found}
    assert found["11"].text.startswith("My own note")
    assert {found[id].lesson.path.parent for id in found if id != "11"} == {tmp_path}


@pytest.mark.parametrize(
    "question",
    [
        "Why divide by the root of d?",
        "gradient clipping",
        "ReLU",
        "what is XOR",
        "Is a deeper network always better?",
    ],
)
def test_what_can_be_asked_is_asked(question: str):
    assert checked(f" {question}\n") == question


def test_the_command_prints_the_answer(monkeypatch, capsys):
    monkeypatch.setattr(asking, "ask", lambda question: asking.Answer(question, (), "(So it is.)"))
    with pytest.raises(SystemExit):
        cli.main(["ask", "What is the capital of France?"])
    assert "The course does not say. (So it is.)" in capsys.readouterr().out
