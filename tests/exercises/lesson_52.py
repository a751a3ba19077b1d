"""Lesson 52: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

SHORTER = "runs shorter than n are gathered or looked up too, and never match one of n"

EQUIVALENT = {
    "52.copied": {
        "→ known = [source[": "a list is searched like a set, slower",
        "range(len(source) + n + 1)}": SHORTER,
        "→ known = {source[i:i + n] for i in range(len(source) + 1)}": SHORTER,
        "→ known = {source[i:i + n] for i in range(len(source) + 1 - n + 1)}": SHORTER,
        "→ known = {source[i:i + n] for i in range(len(source) - n + 1 + 1)}": SHORTER,
        "→ known = {source[i:i + n] for i in range(len(source) - n + 2)}": SHORTER,
        "in range(len(text) + n + 1)))]": SHORTER,
        "in range(len(text) + 1)))]": SHORTER,
        "→ … or i in range(len(text) + 1 - n + 1)))]": SHORTER,
        "range(len(text) - n + 1 + 1)))]": SHORTER,
        "range(len(text) - n + 2)))]": SHORTER,
    },
    "52.attention": {
        "np.sqrt(q.shape[-1])": "the second axis of a matrix is its last",
        "→ e = -np.exp(": "the sign cancels in the division",
    },
    "52.crossing": {
        "→ return np.exp((np.log(bar) - height) / slope)": "a number of NumPy is as good",
    },
    "52.top-p": {"kept[symbol] = -p[symbol]": "the sign cancels in the division"},
}

STYLES = {
    "52.continuations": [
        """
        def continuations(text):
            pairs = {text[i : i + 2] for i in range(len(text) - 1)}
            found = {}
            for pair in pairs:
                found[pair[1]] = found.get(pair[1], 0) + 1
            return found
        """,
        """
        def continuations(text):
            from collections import Counter

            return Counter(second for _, second in set(zip(text, text[1:])))
        """,
    ],
    "52.copied": [
        """
        def copied(passages, source, n):
            found = []
            for number, text in enumerate(passages):
                for begin in range(len(text) - n + 1):
                    if text[begin : begin + n] in source:
                        found.append(number)
                        break
            return tuple(found)
        """,
    ],
    "52.attention": [
        """
        def masked_attention(q, k, v):
            import torch

            q, k, v = map(torch.tensor, (q, k, v))
            return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        """,
        """
        def masked_attention(q, k, v):
            found = []
            for t in range(len(q)):
                scores = k[: t + 1] @ q[t] / q.shape[1] ** 0.5
                weights = np.exp(scores - scores.max())
                found.append(weights / weights.sum() @ v[: t + 1])
            return found
        """,
        """
        def masked_attention(q, k, v):
            scores = q @ k.T / np.sqrt(q.shape[1])
            e = np.tril(np.exp(scores - scores.max(axis=1, keepdims=True)))
            return e / e.sum(axis=1, keepdims=True) @ v
        """,
    ],
    "52.crossing": [
        """
        def crossing(weights, bits, bar):
            x, y = np.log10(weights), np.log10(bits)
            slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
            return 10 ** (x.mean() + (math.log10(bar) - y.mean()) / slope)
        """,
    ],
    "52.merge": [
        """
        def merge(tokens, pair):
            left, merged = list(tokens), []
            while left:
                token = left.pop(0)
                if left and (token, left[0]) == pair:
                    token += left.pop(0)
                merged.append(token)
            return tuple(merged)
        """,
        """
        def merge(tokens, pair):
            merged, place = [], 0
            while place < len(tokens):
                if tokens[place : place + 2] == list(pair):
                    merged.append("".join(pair))
                    place += 2
                else:
                    merged.append(tokens[place])
                    place += 1
            return merged
        """,
    ],
    "52.top-p": [
        """
        def top_p(p, share):
            order = np.argsort(p)[::-1]
            count = np.searchsorted(np.cumsum(p[order]), share) + 1
            kept = np.zeros_like(p)
            kept[order[:count]] = p[order[:count]]
            return kept / kept.sum()
        """,
        """
        def top_p(p, share):
            import torch

            ordered, order = torch.tensor(p).sort(descending=True)
            before = ordered.cumsum(0) - ordered
            kept = torch.where(before < share, ordered, 0)
            return torch.zeros(len(p), dtype=kept.dtype).scatter(0, order, kept / kept.sum())
        """,
    ],
}

COMPUTED = {
    "52.uniform": Computed("bits(np.full(67, 1 / 67))"),
}
