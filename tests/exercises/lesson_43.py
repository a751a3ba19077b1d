"""Lesson 43: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "43.bearing": {"math.cos(-angle)": "a cosine is the same on both sides of 0"},
    "43.mirror": {
        "actions / np.array([-1, 1])": "dividing by 1 or −1 is multiplying by it",
        "actions * [-1, 1])": "NumPy makes an array of the list",
    },
}

STYLES = {
    "43.bearing": [
        """
        def bearing(x, y, angle, east, north):
            away = complex(east - x, north - y) * np.exp(-1j * angle)
            return math.atan2(away.real, away.imag)
        """,
        """
        def bearing(x, y, angle, east, north):
            c, s = math.cos(angle), math.sin(angle)
            right, ahead = np.array([[c, s], [-s, c]]) @ (east - x, north - y)
            return np.arctan2(right, ahead)
        """,
        """
        def bearing(x, y, angle, east, north):
            turn = angle - math.atan2(x - east, north - y)
            return math.atan2(math.sin(turn), math.cos(turn))
        """,
    ],
    "43.clean": ["clean_laps = math.exp(500 * math.log(0.99))", "clean_laps = 0.0066"],
    "43.mirror": [
        """
        def reflected(pictures, actions):
            actions = actions.copy()
            actions[:, 0] *= -1
            return np.flip(pictures, axis=2), actions
        """,
        """
        def reflected(pictures, actions):
            return np.array([np.fliplr(each) for each in pictures]).reshape(pictures.shape), \\
                np.stack([-actions[:, 0], actions[:, 1]], axis=1)
        """,
        """
        def reflected(pictures, actions):
            import torch

            steering, pedal = torch.tensor(actions).unbind(dim=1)
            return torch.tensor(pictures).flip(2), torch.stack([-steering, pedal], dim=1)
        """,
    ],
    "43.ask": [
        """
        def asked(ride, teacher, learn, rounds):
            places, actions, driver = [], [], teacher
            for turn in range(rounds + 1):
                new = ride(driver)
                places += new
                actions += map(teacher, new)
                if turn < rounds:
                    driver = learn(places, actions)
            return places, actions
        """,
        """
        def asked(ride, teacher, learn, rounds):
            places = list(ride(teacher))
            for _ in range(rounds):
                places.extend(ride(learn(places, list(map(teacher, places)))))
            return np.array(places), np.array([teacher(place) for place in places])
        """,
        """
        def asked(ride, teacher, learn, rounds):
            if rounds == 0:
                places = ride(teacher)
            else:
                places, actions = asked(ride, teacher, learn, rounds - 1)
                places = places + ride(learn(places, actions))
            return places, [teacher(place) for place in places]
        """,
    ],
    "43.never": [
        "def at_most(tracks, doubt=0.05): return 1 - math.exp(math.log(doubt) / tracks)",
        "def at_most(tracks, doubt=0.05): return -np.expm1(np.log(doubt) / tracks)",
        """
        def at_most(tracks, doubt=0.05):
            from scipy.stats import beta

            return beta.ppf(1 - doubt, 1, tracks)
        """,
    ],
}

COMPUTED = {
    "43.clean": Computed("np.prod(np.full(500, 0.99))"),
}
