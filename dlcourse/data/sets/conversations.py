"""Conversations of people who chat: what one says, and what the other replies."""

import json
import re
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

LONGEST, SHORTEST = 160, 3
"""The most characters of a turn, and the fewest words of a reply."""

TEST = 0.1
"""The share of the conversations that are set aside, and as many for choosing."""

PRIVATE = (
    (r"[\w.+-]+@[\w-]+\.\w[\w.]*", "[e-mail]"),
    (r"\+?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}", "[number]"),
)
"""What somebody can be reached by, and what stands in its place."""


def read(file: Path) -> Arrays:
    """Read pairs: turns and replies, texts (n,), int32 conversations and who replies (n,).

    Messages that one person sends one after the other are a turn. The split is by conversation and
    drawn once: the same for every seed of the course.
    """
    stored = json.loads(file.read_text(encoding="utf-8"))
    rows: list[tuple[str, str, int, int]] = []
    numbers: dict[str, int] = {}
    for number, conversation in enumerate(stored.values()):
        messages = [message for group in conversation["messages"] for message in group]
        turns = [
            (who, plain(" ".join(message["text"] for message in said)))
            for who, said in groupby(messages, key=lambda message: message["sender"])
        ]
        for (_, turn), (who, reply) in pairwise(turns):
            if 0 < len(turn) <= LONGEST >= len(reply) and len(reply.split()) >= SHORTEST:
                rows.append((turn, reply, number, numbers.setdefault(who, len(numbers))))
    turns_, replies, conversations, people = zip(*rows, strict=True)
    columns = {
        "inputs": np.array(turns_),
        "targets": np.array(replies),
        "conversations": np.array(conversations, dtype=np.int32),
        "people": np.array(people, dtype=np.int32),
    }
    order = np.random.default_rng(0).permutation(len(stored))
    test, validation, _ = np.split(order, [int(TEST * len(order)), int(2 * TEST * len(order))])
    in_test, in_validation = (
        np.isin(columns["conversations"], part) for part in (test, validation)
    )
    return divided(
        columns, train=~(in_test | in_validation), validation=in_validation, test=in_test
    )


def plain(text: str) -> str:
    """Return a text on one line, without what its writer can be reached by."""
    for pattern, instead in PRIVATE:
        text = re.sub(pattern, instead, text)
    return " ".join(text.split())


CARD = Card(
    name="conversations",
    title="Conversations of people who chat",
    what="90,760 pairs of a turn and the reply to it, from 7,168 conversations of 1,315 people who "
    "were paired by lot and given a question to talk about; `conversations` tells which, and "
    "`people` who replies. Turns have at most 160 characters, replies at least three words.",
    split="By conversation and drawn once, 80, 10 and 10 of 100, so that no turn is on two sides; "
    "the people are not divided, and most talk on all three.",
    who="W. Myers and others, Perception, Control and Cognition Laboratory, Brigham Young "
    "University, 2018.",
    licence="MIT",
    citation="R. Lowe, N. Pow, I. Serban and J. Pineau (2015), The Ubuntu Dialogue Corpus, made "
    "choosing one of ten replies a task. Proceedings of SIGDIAL, 285–294.",
    doi="10.18653/v1/W15-4640",
    flaws=(
        "Students of one university, in the spring of 2018: three people gave a quarter of all "
        "replies.",
        "Nobody has said which replies are good; another reply may fit as well or better.",
        "E-mail addresses and telephone numbers are left out; first names, towns and what people "
        "told of themselves are not.",
        "Turns of more than 160 characters, one in eight, are missing.",
    ),
    archives=(
        Archive(
            package="chitchat-dataset",
            version="0.9.0",
            sha256="7bf89f36645e2d5ec87d53370c8e851b5a688479c7beb7079cb4c87fc5acea3e",
            size=8_105_664,
            members=("chitchat_dataset/dataset.json",),
            read=read,
        ),
    ),
    sha256="44ab2fc73a944387ecdd4ac0664e0f777908f2d58ea4d29fc1416da6d9bc3728",
)
