"""A racing car on a track that nobody has seen before, and the picture in its windscreen.

The physics and the score are those of CarRacing (gymnasium, by O. Klimov). It draws all that it
shows anew at every step, and that takes nearly all its time; here the track is drawn once, and a
camera cuts its pictures out of that drawing. Lengths are in metres, angles in radians.
"""

import math
import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # it would print a greeting
try:
    from gymnasium.envs.box2d.car_racing import CarRacing
except Exception as error:  # gymnasium's own kind, where Box2D is missing
    raise ImportError(
        "The simulator of this lesson needs gymnasium and Box2D, which are not installed here "
        "(for Linux on ARM there is no Box2D to install): read the lesson as it is stored, "
        "or run it on another machine."
    ) from error

SIZE = 32
"""Pixels of the camera's picture, in each direction."""

ROAD, GRASS = 0.35, 0.8
"""How bright the camera sees them."""

DECISIONS = 1000
"""After so many, a drive is over, whatever has happened: 40 seconds."""

REACH, DETAIL = 280, 2  # the drawing goes so many metres each way from its middle; pixels per metre
_HOLD = 2  # steps of a fiftieth of a second for which a decision holds

DISTANCES = 1 / np.linspace(1 / 50, 1 / 4, SIZE)
"""How far ahead of the car the road is that each row of the picture shows, the upper row first."""

_AHEAD = np.repeat(DISTANCES[:, None], SIZE, axis=1)  # of each pixel: (32, 32)
_ASIDE = DISTANCES[:, None] * np.linspace(-1, 1, SIZE)  # to the right; the view is 90 degrees wide


class Lap(CarRacing):
    """One drive on one track: from standing still until the lap is done, or 1,000 decisions.

    `line` (n, 2) is the middle of the road in the order of driving, and `bends` (n,) how sharply
    it turns there, one over the radius. `drawing` (1120, 1120) is True where there is road, with
    two pixels per metre. `path` begins with the start and grows by a place (x, y) per decision,
    `on_road` by whether that lies on the road. `score` is the simulator's: 1,000 for all of the
    track in equal parts, less 0.1 per step, of which a decision takes two; less 100 for leaving
    the world.

    Raises ValueError for a track that the simulator does not build.
    """

    def __init__(self, track: int) -> None:
        super().__init__()
        try:
            self.reset(seed=track)
        except Exception as error:  # of several kinds: a wrong number, a road that does not close
            raise ValueError(
                f"The simulator builds no track {track!r}: give another whole number from 0 up."
            ) from error
        self.hull: Any = self.car.hull  # type: ignore[union-attr]  # a reset has built it
        self.line = np.array([place[2:4] for place in self.track])
        self.bends = _bends(np.array([place[1] for place in self.track]))
        pieces = (corners for corners, color in self.road_poly if not isinstance(color, tuple))
        self.drawing = _drawn(pieces)  # without the curbs, whose colours are tuples
        self.path: list[tuple[float, float]] = [self.pose[:2]]
        self.on_road = [True]
        self.score, self.over, self.done = 0.0, False, False
        self.last = (0.0, 0.0)

    @property
    def pose(self) -> tuple[float, float, float]:
        """Where the car is, (x, y), and its angle: 0 is north, and it grows to the left."""
        return self.hull.position.x, self.hull.position.y, self.hull.angle

    @property
    def speed(self) -> float:
        """Metres per second."""
        return float(self.hull.linearVelocity.length)

    def bearing(self, east: float, north: float) -> float:
        """Return how far to the right of straight ahead a place lies, −π to π; left is below 0."""
        x, y, angle = self.pose
        right = (east - x) * math.cos(angle) + (north - y) * math.sin(angle)
        ahead = (north - y) * math.cos(angle) - (east - x) * math.sin(angle)
        return math.atan2(right, ahead)

    def camera(self) -> np.ndarray:
        """Return what is seen through the windscreen: (32, 32) float32, the far road on top."""
        x, y, angle = self.pose
        across, along = math.cos(angle), math.sin(angle)
        seen = self._road(
            x + across * _ASIDE - along * _AHEAD, y + along * _ASIDE + across * _AHEAD
        )
        return np.where(seen, np.float32(ROAD), np.float32(GRASS))

    def look(self) -> np.ndarray:
        """Return what a driver without a map knows, 1,027 numbers in float32.

        These are the picture's 1,024 pixels, row by row, the speed in units of 60 metres per
        second, and the steering and pedal decided last.
        """
        return np.array([*self.camera().ravel(), self.speed / 60, *self.last], np.float32)

    def drive(self, steering: float, pedal: float) -> None:
        """Go on for one decision, a twenty-fifth of a second; what is beyond 1 or −1 is cut.

        `steering` is −1 for full left and 1 for full right; `pedal` is 1 for full gas and −1 for
        full brake. Raises ValueError for what is no number, and for a drive that is over.
        """
        if self.over or not (math.isfinite(steering) and math.isfinite(pedal)):
            raise ValueError(
                f"drive() was given steering={steering} and pedal={pedal}, and this drive is "
                f"{'over' if self.over else 'not over'}: give two numbers, and begin a new Lap "
                "after each drive."
            )
        steering, pedal = (float(np.clip(value, -1, 1)) for value in (steering, pedal))
        action = np.array([steering, max(pedal, 0), 0.8 * max(-pedal, 0)])  # at 0.9 wheels lock
        for _ in range(_HOLD):
            _, reward, ended, _, told = self.step(action)
            self.score += float(reward)
            if ended:
                self.over, self.done = True, bool(told["lap_finished"])
                break
        self.last = steering, pedal
        x, y, _ = self.pose
        self.path.append((x, y))
        self.on_road.append(bool(self._road(np.array(x), np.array(y))))
        self.over |= len(self.path) > DECISIONS

    def _road(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Tell for places (…) whether there is road."""
        last = len(self.drawing) - 1
        row, column = (((place + REACH) * DETAIL).astype(int).clip(0, last) for place in (y, x))
        found: np.ndarray = self.drawing[row, column]
        return found

    def _render(self, mode: str) -> None:
        """Draw nothing, where the simulator would draw at every step."""


def mirrored(looks: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return looks (n, 1027) and actions (n, 2) as they are on the mirror image of a track."""
    sign = np.array([-1, 1], np.float32)
    pictures = looks[:, :-3].reshape(-1, SIZE, SIZE)[:, :, ::-1].reshape(-1, SIZE * SIZE)
    return np.column_stack([pictures, looks[:, -3], looks[:, -2:] * sign]), actions * sign


def _bends(angles: np.ndarray) -> np.ndarray:
    """Return how sharply a closed road turns, from its angles (n,), smoothed over five places."""
    turns = np.diff(angles, append=angles[:1])
    turns = (turns + math.pi) % (2 * math.pi) - math.pi
    smooth = sum(np.roll(turns, shift) for shift in range(-2, 3)) / 5
    return np.abs(smooth) / 3.5  # metres from one place to the next


def _drawn(pieces: Iterable[Any]) -> np.ndarray:
    """Return a drawing of the road from its four-cornered pieces."""
    picture = Image.new("1", (2 * REACH * DETAIL,) * 2)
    pen = ImageDraw.Draw(picture)
    for corners in pieces:
        pen.polygon([((x + REACH) * DETAIL, (y + REACH) * DETAIL) for x, y in corners], fill=1)
    return np.asarray(picture)
