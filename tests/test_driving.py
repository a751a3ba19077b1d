"""The car, its track, its camera and its score."""

import numpy as np
import pytest

pytest.importorskip("Box2D")  # which cannot be had for Linux on ARM

from dlcourse import driving
from dlcourse.driving import GRASS, ROAD, Lap


@pytest.fixture
def lap() -> Lap:
    return Lap(7)


def test_a_number_makes_a_track_and_the_same_actions_the_same_lap(lap):
    other, third = Lap(7), Lap(8)
    for each in (lap, other):
        for _ in range(30):
            each.drive(0.1, 0.5)
    assert lap.path == other.path
    assert (lap.line == other.line).all()
    assert (lap.drawing == other.drawing).all()
    assert lap.line.shape != third.line.shape or (lap.line != third.line).any()


@pytest.mark.parametrize("track", [-1, 1.5, "7"])
def test_a_track_that_is_refused_is_told_in_a_sentence(track):
    with pytest.raises(ValueError, match=r"builds no track .*: give another whole number from 0"):
        Lap(track)


def test_a_lap_begins_on_the_road_and_sees_it(lap):
    picture = lap.camera()
    assert picture.shape == (32, 32)
    assert picture.dtype == np.float32
    assert {*np.unique(picture)} == {np.float32(ROAD), np.float32(GRASS)}
    assert (picture[-1] == np.float32(ROAD)).all(), "4 metres ahead it sees 4 metres to each side"
    assert picture[16, 0] == picture[16, -1] == np.float32(GRASS), "farther on, more than the road"


def test_the_camera_turns_with_the_car(lap):
    """The picture is what the drawing shows at the places that the pixels stand for."""
    for _ in range(40):
        lap.drive(-0.5, 0.4)
    x, y, angle = lap.pose
    for row, column in ((31, 0), (20, 25), (10, 3), (0, 31)):
        ahead = driving.DISTANCES[row]
        right = ahead * (2 * column / 31 - 1)
        east = x + right * np.cos(angle) - ahead * np.sin(angle)
        north = y + right * np.sin(angle) + ahead * np.cos(angle)
        road = lap.drawing[int((north + 280) * 2), int((east + 280) * 2)]
        assert lap.camera()[row, column] == np.float32(ROAD if road else GRASS)
        assert lap.bearing(east, north) == pytest.approx(np.arctan2(right, ahead))


def test_a_look_holds_picture_speed_and_last_action(lap):
    lap.drive(-0.25, 2.0)
    seen = lap.look()
    assert seen.shape == (1027,)
    assert (seen[:1024].reshape(32, 32) == lap.camera()).all()
    assert seen[1024:] == pytest.approx([lap.speed / 60, -0.25, 1.0]), "beyond 1 it is cut"


def test_steering_left_goes_left_and_the_brake_stops(lap):
    start = lap.pose[2]
    for _ in range(25):
        lap.drive(-1.0, 0.3)
    assert lap.pose[2] > start + 0.2
    fast = lap.speed
    for _ in range(25):
        lap.drive(0.0, -1.0)
    assert lap.speed < 0.2 * fast


def test_standing_still_costs_time_until_the_drive_is_over(lap):
    before = lap.score
    for _ in range(driving.DECISIONS):
        assert not lap.over
        lap.drive(0.0, 0.0)
    assert lap.over
    assert not lap.done
    assert all(lap.on_road)
    assert len(lap.path) == len(lap.on_road) == driving.DECISIONS + 1
    assert -200 <= lap.score - before < -190, "0.2 per decision, less the tiles it stands on"
    with pytest.raises(ValueError, match="this drive is over"):
        lap.drive(0.0, 0.0)


def test_straight_on_leaves_the_road_and_then_the_world(lap):
    while not lap.over:
        lap.drive(0.0, 1.0)
    assert not lap.on_road[-1]
    assert not lap.done
    assert lap.score < 0
    assert (lap.camera() == np.float32(GRASS)).all()


@pytest.mark.parametrize("action", [(float("nan"), 0.0), (0.0, float("inf"))])
def test_what_is_no_number_is_refused(lap, action):
    with pytest.raises(ValueError, match=r"give two numbers"):
        lap.drive(*action)
    assert len(lap.path) == 1


def test_a_road_bends_by_one_over_its_radius(lap):
    circle = np.arange(180) * 2 * np.pi / 180  # 180 places, 3.5 m from one to the next
    assert driving._bends(circle) == pytest.approx(2 * np.pi / (180 * 3.5))
    assert driving._bends(-circle) == pytest.approx(2 * np.pi / (180 * 3.5))
    assert lap.bends.shape == (len(lap.line),)


def test_a_mirror_turns_pictures_and_steering_about():
    rng = np.random.default_rng(0)
    looks = rng.random((5, 1027)).astype(np.float32)
    actions = rng.normal(size=(5, 2))
    there, answers = driving.mirrored(looks, actions)
    pictures = looks[:, :1024].reshape(5, 32, 32)
    assert (there[:, :1024].reshape(5, 32, 32) == pictures[:, :, ::-1]).all()
    assert (there[:, 1024:] == looks[:, 1024:] * [1, -1, 1]).all()
    assert (answers == actions * [-1, 1]).all()
    back = driving.mirrored(there, answers)
    assert (back[0] == looks).all()
    assert (back[1] == actions).all()


def test_the_simulator_draws_nothing(lap):
    lap.drive(0.0, 0.5)
    assert lap.surf is None
