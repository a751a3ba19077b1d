"""Commands to a house, made from templates: what is to be done, and where, when, how much."""

import json
from collections import Counter
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card
from dlcourse.data.formats.templates import Templates

DRAWN, TEST = 8, 0.25
"""Sentences per template, and the share of each intent's templates that is set aside."""

OURS = {
    "area": "kitchen|living room|bedroom|office|garage|hallway|bathroom|attic|nursery|cellar",
    "floor": "ground floor|first floor|upstairs|basement|top floor",
    "name": "desk lamp|ceiling fan|front door|coffee machine|left curtain|old radio|heater|"
    "garden gate|movie night|television|aquarium|shopping",
    "message": "dinner is ready|we are leaving now|the bus is late",
    "timer_name": "pizza|tea|laundry|homework|egg",
    "timer_command": "open the curtain|turn off the heater|lock the front door",
    "shopping_list_item": "milk|brown bread|two lemons|soap",
    "todo_list_item": "call grandma|water the plants|pay the rent",
    "search_query": "jazz|the beatles|morning news|rainy day|moonlight sonata",
    "zone": "school|work|the gym|home",
}
"""What a family would have named itself; the published file leaves it open."""

CLASSES = (
    "CancelTimer",
    "ClimateGetTemperature",
    "ClimateSetFanMode",
    "ClimateSetTemperature",
    "DecreaseTimer",
    "FanSetSpeed",
    "GetState",
    "GetWeather",
    "IncreaseTimer",
    "LawnMowerDock",
    "LightSet",
    "MediaNext",
    "MediaPause",
    "MediaPrevious",
    "MediaSearchAndPlay",
    "MediaUnpause",
    "PauseTimer",
    "Respond",
    "SetPosition",
    "SetVolume",
    "SetVolumeRelative",
    "StartTimer",
    "TimerStatus",
    "TurnOff",
    "TurnOn",
    "UnpauseTimer",
    "VacuumCleanArea",
)
"""The intents with at least four templates, without the prefix `Hass`."""


def read(file: Path) -> Arrays:
    """Read commands: texts (n,), int64 intents, int32 templates, and slots, texts (n,).

    `slots` has a name for each word, separated by blanks: `O` or `area`, `brightness`... A sentence
    that several templates make is left out. The split is by template and drawn once.
    """
    grammar = json.loads(file.read_text(encoding="utf-8"))
    lists = grammar["lists"]

    def fill(name: str, rng: np.random.Generator) -> str:
        if name in OURS:
            return str(rng.choice(OURS[name].split("|")))
        if "range" in lists[name]:
            return str(rng.integers(lists[name]["range"]["from"], lists[name]["range"]["to"] + 1))
        return str(rng.choice([value["in"] for value in lists[name]["values"]]))

    draw, rng = Templates(grammar["expansion_rules"], fill), np.random.default_rng(0)
    rows = []
    for intent, name in enumerate(CLASSES):
        blocks = grammar["intents"][f"Hass{name}"]["data"]
        for template in dict.fromkeys(each for block in blocks for each in block["sentences"]):
            found = dict(draw(template, rng) for _ in range(DRAWN))
            rows += [(text, intent, template, slots) for text, slots in found.items()]
    often = Counter(text for text, *_ in rows)
    texts, targets, made_by, slots = zip(*(row for row in rows if often[row[0]] == 1), strict=True)
    known = {template: number for number, template in enumerate(dict.fromkeys(made_by))}
    columns = {
        "inputs": np.array(texts),
        "targets": np.array(targets, dtype=np.int64),
        "templates": np.array([known[template] for template in made_by], dtype=np.int32),
        "slots": np.array(slots),
    }
    test: list[int] = []
    for intent in range(len(CLASSES)):
        mine = np.unique(columns["templates"][columns["targets"] == intent])
        test += rng.permutation(mine)[: round(TEST * len(mine))].tolist()
    set_aside = np.isin(columns["templates"], test)
    return divided(columns, train=~set_aside, test=set_aside)


CARD = Card(
    name="home-commands",
    title="Commands to a house, made from templates",
    what="6,381 commands of 27 kinds, or intents, to lamps, timers, music and doors, at most eight "
    "from each of 825 templates; `templates` tells which, and `slots` names what each word is: O, "
    "or a slot such as area, name, brightness.",
    split="By template, within each intent, and drawn once: three of four templates for training, "
    "so that no test command comes from a pattern that was seen. Carve a validation set from the "
    "training templates.",
    who="The contributors of Home Assistant, who write what their voice assistant understands; the "
    "names of rooms and things are ours.",
    licence="Apache-2.0",
    citation="A. Coucke et al. (2018), Snips Voice Platform: an embedded spoken language "
    "understanding system for private-by-design voice interfaces, is how such assistants are "
    "built and tested. arXiv:1805.10190",
    doi="10.48550/arXiv.1805.10190",
    flaws=(
        "A grammar that people wrote, not speech that was collected: nobody stammers, and nobody "
        "says it as no template does.",
        "Templates of one intent resemble each other; even held-out ones are near to others.",
        "Rooms, things and titles are a few dozen, the same on both sides.",
        "15 of the 42 published intents have fewer than four templates, and are left out.",
    ),
    classes=CLASSES,
    archives=(
        Archive(
            package="home-assistant-intents",
            version="2026.10.27",
            sha256="256eb1e4fc6e6f4943d0ba4e089c9639d74d0e9d62ccddeb7148bc168de55e40",
            size=775_094,
            members=("home_assistant_intents/data/en.json",),
            read=read,
        ),
    ),
    sha256="1656cc0dee4072e046dc6d720cc4b61d7ec8983fdea98a9fea55f74ae2336687",
)
