"""Claims: what holds is said, what does not hold raises, and both stand in the ledger."""

import json
import multiprocessing

import numpy as np
import pytest

from dlcourse import build
from dlcourse.claims import ClaimError, claim


def test_a_claim_that_holds_prints_its_sentence_alone(capsys):
    claim("Water is wet", True, wetness=0.9)
    assert capsys.readouterr().out == "✔ Water is wet\n"


def test_a_claim_that_holds_returns_its_text_for_the_title_of_a_figure():
    held = claim("Water is wet", True)
    assert held == "Water is wet"
    assert f"{held}." == "Water is wet."
    assert json.dumps([held]) == '["Water is wet"]'


def test_a_claim_as_the_last_line_of_a_cell_shows_its_sentence_once(make_lesson):
    run = build.execute(make_lesson("from dlcourse import claim\nclaim('Water is wet', True)"))
    [output] = run.notebook.cells[0].outputs
    assert (output.output_type, output.text) == ("stream", "✔ Water is wet\n")


def test_a_claim_that_does_not_hold_raises_with_what_was_measured(capsys):
    with pytest.raises(ClaimError, match=r"✘ At least half \(measured: share = 0.25, of = 8\)"):
        claim("At least half", np.bool(False), share=np.float32(0.25), of=8)
    with pytest.raises(ClaimError, match=r"^✘ At least half$"):
        claim("At least half", False)
    assert capsys.readouterr().out == ""


def test_where_claims_are_gathered_a_false_one_is_told_and_goes_on(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_LEDGER", str(tmp_path / "ledger.jsonl"))
    monkeypatch.setenv("DLCOURSE_CLAIMS", "gather")
    assert claim("At least half", False, share=0.25) == "At least half"
    assert capsys.readouterr().out == "✘ At least half (measured: share = 0.25)\n"
    assert json.loads((tmp_path / "ledger.jsonl").read_text("utf-8"))["held"] is False
    monkeypatch.setenv("DLCOURSE_CLAIMS", "yes")
    with pytest.raises(ClaimError):
        claim("At least half", False)


@pytest.mark.parametrize("held", [0.97, 1, None, "yes", np.array([True, True]), np.nan, claim])
def test_what_is_no_truth_value_is_refused(held):
    with pytest.raises(TypeError, match="needs True or False"):
        claim("It holds", held)


@pytest.mark.parametrize("figure", [np.nan, float("inf"), np.array([0.5, np.nan]), [1, -np.inf]])
def test_a_figure_that_is_not_finite_is_refused_even_where_the_claim_would_hold(figure):
    with pytest.raises(ValueError, match=r"accuracy = .* not finite"):
        claim("It holds", True, accuracy=figure)


@pytest.mark.parametrize("figure", [None, object(), {"a": 1}, [[1], [1, 2]]])
def test_a_figure_is_a_number_an_array_of_numbers_or_a_text(figure):
    with pytest.raises((TypeError, ValueError), match=r"figure|shape"):
        claim("It holds", True, measured=figure)


@pytest.mark.parametrize("text", ["", "  ", None, 7, True])
def test_a_claim_begins_with_its_sentence(text):
    with pytest.raises(TypeError, match="sentence"):
        claim(text, True)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """Return what the ledger holds, as a function."""
    file = tmp_path / "ledger.jsonl"
    monkeypatch.setenv("DLCOURSE_LEDGER", str(file))
    return lambda: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_ledger_tells_lesson_text_truth_figures_and_seed(ledger, monkeypatch):
    monkeypatch.setenv("DLCOURSE_LESSON", "11_neuron")
    monkeypatch.setenv("DLCOURSE_SEED", "3")
    claim("ψ is small", True, psi=np.float64(0.5), runs=np.array([1, 2]), who="everybody")
    with pytest.raises(ClaimError):
        claim("ψ is large", False)
    told = {"lesson": "11_neuron", "seed": 3}
    figures = {"psi": 0.5, "runs": [1, 2], "who": "everybody"}
    assert ledger() == [
        {**told, "text": "ψ is small", "held": True, "figures": figures},
        {**told, "text": "ψ is large", "held": False, "figures": {}},
    ]


def test_the_ledger_knows_a_lesson_opened_in_jupyter(ledger, monkeypatch):
    monkeypatch.delenv("DLCOURSE_LESSON", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "/somewhere/notebooks/01_rules_or_learning.ipynb")
    claim("It holds", True)
    assert ledger()[0]["lesson"] == "01_rules_or_learning"


def _claim_often(who: int) -> None:
    for i in range(50):
        claim(f"{who} {'x' * 500} {i}", True)


def test_lessons_that_run_side_by_side_never_mix_their_lines(ledger):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_claim_often, args=(who,)) for who in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(entry["text"] for entry in ledger()) == sorted(
        f"{who} {'x' * 500} {i}" for who in range(3) for i in range(50)
    )


def test_a_claim_that_falls_is_one_sentence_in_a_notebook(make_lesson):
    run = build.execute(make_lesson("from dlcourse import claim\nclaim('Pigs fly', False, pigs=0)"))
    [output] = run.notebook.cells[0].outputs
    assert output.traceback == ["✘ Pigs fly (measured: pigs = 0)"]
    assert "ClaimError" in run.failure
