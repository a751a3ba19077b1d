"""Lesson 51: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "51.pieces": {
        "→ found = ['UN'": "case does not count in a text",
        "'##INTER'": "case does not count in a text",
        "'##ESTING'": "case does not count in a text",
    },
    "51.leaks": {
        "→ known = [bare(text) for text in train_texts]": "a list is searched like a set, slower",
        "→ … test_films)) if film in train_films or": "a list is searched like a set, slower",
        "→ return ' ?'.join(": "any mark that is no letter keeps words apart",
    },
    "51.attend": {
        "→ powers = -np.exp(": "the sign cancels in the division",
    },
}

STYLES = {
    "51.leaks": [
        """
        def leaks(train_texts, train_films, test_texts, test_films):
            import re

            known = [re.findall(r"[a-z0-9]+", text.lower()) for text in train_texts]
            found = []
            for row in range(len(test_texts)):
                spoken = re.findall(r"[a-z0-9]+", test_texts[row].lower())
                if test_films[row] in list(train_films):
                    found.append(row)
                elif spoken in known:
                    found.append(row)
            return found
        """,
        """
        def leaks(train_texts, train_films, test_texts, test_films):
            import re

            def bare(text):
                return re.sub(r"\\W+", " ", text).strip().casefold()

            known = set(map(bare, train_texts))
            by_film = {k for k, film in enumerate(test_films) if film in train_films}
            by_text = {k for k, text in enumerate(test_texts) if bare(text) in known}
            return np.array(sorted(by_film | by_text))
        """,
    ],
    "51.idf": [
        """
        def idf(counts):
            weights = []
            for word in range(counts.shape[1]):
                holding = sum(1 for text in counts if text[word] >= 1)
                weights.append(1 + math.log((1 + len(counts)) / (1 + holding)))
            return weights
        """,
        """
        def idf(counts):
            import torch

            there = torch.tensor(counts).clamp(max=1).float()
            return 1 + ((1 + len(there)) / (1 + there.sum(0))).log()
        """,
    ],
    "51.attend": [
        """
        def attention(scores, filled):
            import torch

            hidden = torch.tensor(scores).masked_fill(~torch.tensor(filled), -torch.inf)
            return torch.softmax(hidden, dim=1)
        """,
        """
        def attention(scores, filled):
            weights = np.zeros(scores.shape)
            for row in range(len(scores)):
                words = np.flatnonzero(filled[row])
                powers = np.exp(scores[row, words] - scores[row, words].max())
                weights[row, words] = powers / powers.sum()
            return weights
        """,
    ],
    "51.average": [
        """
        def average_places(h, filled):
            return [places[words].mean(axis=0) for places, words in zip(h, filled)]
        """,
        """
        def average_places(h, filled):
            weights = filled / filled.sum(axis=1, keepdims=True)
            return np.einsum("nl,nlw->nw", weights, h)
        """,
    ],
}

COMPUTED = {
    "51.pieces": Computed(
        'pieces("uninteresting")',
        number_of=["un", "interest", "##in", "##inter", "##est", "##ing", "##esting"],
    ),
}
