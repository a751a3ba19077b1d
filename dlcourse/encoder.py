"""MiniLM in NumPy: from texts to vectors whose products tell how near the texts are in meaning.

The network is that of lesson 51 (N. Reimers and I. Gurevych, 2019, doi:10.18653/v1/D19-1410; its
transformer layers are those of A. Vaswani et al., 2017, arXiv:1706.03762). In NumPy it is there in
half a second and needs little beside its weights, which is what `dlcourse ask` asks for.
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from scipy.special import erf

from dlcourse.data import Pretrained

LAYERS, HEADS, LONGEST = 6, 12, 256
"""Of the network; the last is the most word pieces of a text that it reads."""


class Encoder:
    """Texts as vectors (n, 384) of length one: `Encoder(data.pretrained("minilm"))`."""

    def __init__(self, model: Pretrained) -> None:
        self.weights = model.weights
        self.numbers = {piece: number for number, piece in enumerate(model.vocabulary.tolist())}

    def __call__(self, texts: Sequence[str], size: int = 32) -> np.ndarray:
        """Return the vectors of texts; those of like length go through the network together."""
        rows = [self.pieces(text) for text in texts]
        found = np.zeros((len(rows), 384), dtype=np.float32)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        for begin in range(0, len(rows), size):
            chosen = order[begin : begin + size]
            found[chosen] = self._vectors([rows[i] for i in chosen])
        return found

    def pieces(self, text: str) -> list[int]:
        """Return the numbers of a text's word pieces, between a mark of begin and one of end."""
        letters = unicodedata.normalize("NFD", text.lower().replace("_", " _ "))
        bare = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
        inner: list[int] = []
        for word in re.findall(r"\w+|[^\w\s]", bare):
            inner += self._cut(word)
            if len(inner) >= LONGEST - 2:
                break
        first, last = self.numbers["[CLS]"], self.numbers["[SEP]"]
        return [first, *inner[: LONGEST - 2], last]

    def _cut(self, word: str) -> list[int]:
        """Return the pieces of a word, always the longest that fits from the left."""
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(min(len(word), start + 24), start, -1):
                number = self.numbers.get(("##" if start else "") + word[start:end])
                if number is not None:
                    break
            else:
                return [self.numbers["[UNK]"]]
            found.append(number)
            start = end
        return found

    def _vectors(self, rows: list[list[int]]) -> np.ndarray:
        """Return the mean of the last layer over the places that are filled, of length one."""
        lengths = np.array([len(row) for row in rows])
        block = np.zeros((len(rows), lengths.max()), dtype=np.int64)
        for row, numbers in zip(block, rows, strict=True):
            row[: len(numbers)] = numbers
        filled = np.arange(block.shape[1]) < lengths[:, None]
        h = self.weights["embeddings.word_embeddings.weight"][block]
        h = h + self.weights["embeddings.position_embeddings.weight"][: block.shape[1]]
        h = h + self.weights["embeddings.token_type_embeddings.weight"][0]
        h = self._normalised(h, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            h = self._layer(h, filled, f"encoder.layer.{layer}.")
        mean = (h * filled[..., None]).sum(axis=1) / lengths[:, None]
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True))

    def _layer(self, h: np.ndarray, filled: np.ndarray, name: str) -> np.ndarray:
        """One layer of the transformer, (n, length, 384): look at the others, then think alone."""
        q, k, v = (
            self._heads(self._linear(h, f"{name}attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(2, 3) / np.float32(q.shape[3] ** 0.5)
        scores = np.where(filled[:, None, None], scores, np.float32(-1e9))
        scores = np.exp(scores - scores.max(axis=3, keepdims=True))
        seen = (scores / scores.sum(axis=3, keepdims=True)) @ v  # (n, heads, length, width)
        seen = seen.swapaxes(1, 2).reshape(h.shape)
        h = h + self._linear(seen, f"{name}attention.output.dense")
        h = self._normalised(h, f"{name}attention.output.LayerNorm")
        up = self._linear(h, f"{name}intermediate.dense")
        up *= 0.5 * (1 + erf(up * np.float32(0.5**0.5)))  # GELU
        h = h + self._linear(up, f"{name}output.dense")
        return self._normalised(h, f"{name}output.LayerNorm")

    def _heads(self, h: np.ndarray) -> np.ndarray:
        """Divide (n, length, 384) among the heads: (n, heads, length, 32)."""
        return h.reshape(*h.shape[:2], HEADS, -1).swapaxes(1, 2)

    def _linear(self, h: np.ndarray, name: str) -> np.ndarray:
        """Weights and bias; as one product of matrices, which is four times as fast as many."""
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        found = h.reshape(-1, h.shape[2]) @ weight.T
        found += bias
        return np.asarray(found.reshape(*h.shape[:2], -1))

    def _normalised(self, h: np.ndarray, name: str) -> np.ndarray:
        """Mean 0 and variance 1 over the width, then the learned scale and shift."""
        h = h - h.mean(axis=-1, keepdims=True)
        h = h / np.sqrt((h * h).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return np.asarray(h * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"])
