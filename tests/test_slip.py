"""The upkeep of the neutral: it follows a headset that slips, and never a face that holds still."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.exercises import NEUTRAL
from bridge.frames import Expression, EyePair, Image
from bridge.personalization import Profile
from bridge.registration import register
from bridge.slip import ADVICE, Upkeep, UpkeepOptions
from bridge.wearer import Wearer


def face(frown: float = 0.0, shut: float = 0.0, right: float = 0.0, down: float = 0.0, roll: float = 0.0) -> Image:
    """A drawn eye under a brow, (96, 192) with the other one beside it, seen by a headset that has moved by pixels."""
    random = np.random.default_rng(3)
    skin = cv2.resize(random.uniform(110, 190, (9, 9)), (96, 96), interpolation=cv2.INTER_CUBIC)
    cv2.ellipse(skin, (48, 56), (24, round(11 * (1 - shut)) + 1), 0, 0, 360, 225, -1)
    cv2.circle(skin, (48, 56), round(9 * (1 - shut)) + 1, 40, -1)
    cv2.line(skin, (22, round(24 + 10 * frown)), (74, round(22 + 12 * frown)), 60, 5)
    moved = cv2.getRotationMatrix2D((48, 48), roll, 1.0)
    moved[:, 2] = moved[:, 2] + np.array([right, down])
    eye = cv2.warpAffine(cv2.GaussianBlur(skin, (0, 0), 1.5), moved, (96, 96), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.hstack([eye, eye]).clip(0, 255), np.uint8)


def eye(**shown: float) -> NDArray[np.float32]:
    return face(**shown)[:, :96].astype(np.float32)


def read(profile: Profile, pair: EyePair) -> Expression:
    """A network that sees what is shown, which the pair's index says here, and takes a wrong neutral for something."""
    wrong = 0.7 * min(float(np.abs(profile.difference(pair)).mean()) / 15.0, 1.0)
    neutral = (1.0 - wrong) * (1.0 - 0.95 * pair.index)
    units = np.full(10, (1.0 - neutral) / 9, np.float32)
    units[0] = neutral
    return Expression(units, np.eye(5, dtype=np.float32)[0], NEUTRAL.channels)


Shown = tuple[Image, bool]
"A picture, and whether the face shows something in it."


def worn(profile: Profile, shown: list[Shown], seconds: float, upkeep: Upkeep | None = None) -> tuple[Profile, Upkeep]:
    """The profile after so long at 15 Hz, the pictures one after the other again and again, a second each."""
    upkeep = upkeep or Upkeep(UpkeepOptions())
    for n in range(round(seconds * 15)):
        picture, something = shown[n // 15 % len(shown)]
        pair = EyePair(picture, (True, True), (False, False), n / 15, int(something))
        profile = upkeep(profile, pair, read(profile, pair))
    return profile, upkeep


def own() -> Profile:
    return Profile(face().astype(np.float32), NEUTRAL.channels, personal=True)


def away(profile: Profile, picture: Image) -> float:
    """Gray levels between a neutral and what it should be."""
    return float(np.abs(profile.neutral - picture).mean())


@pytest.mark.parametrize(
    ("slip", "least"), [({"right": 4.0}, 3.5), ({"down": -3.0, "right": 2.0}, 3.0), ({"roll": 6.0}, 2.0)]
)
def test_a_slip_is_measured_and_explains_all_of_the_picture(slip: dict[str, float], least: float) -> None:
    known, now = eye(), eye(**slip)
    motion = register(known, now)
    assert least < motion.pixels(96) < 2.5 * least
    assert motion.explained > 0.7
    there = (slice(8, -8), slice(8, -8))
    assert np.abs(motion.moved(known, now) - now)[there].mean() < 0.4 * np.abs(known - now)[there].mean()
    assert register(known, np.float32(0.8) * known + 10).pixels(96) < 0.3, "another exposure is no movement"


@pytest.mark.parametrize("shown", [{"frown": 1.0}, {"shut": 1.0}, {"frown": 1.0, "shut": 0.5}])
def test_an_expression_is_no_slip(shown: dict[str, float]) -> None:
    assert register(eye(), eye(**shown)).explained < 0.4


def life(**slip: float) -> list[Shown]:
    return [
        (face(**slip), False),
        (face(frown=1.0, **slip), True),
        (face(**slip), False),
        (face(shut=1.0, **slip), True),
    ]


def test_after_a_slip_the_neutral_is_where_the_face_is_within_ten_seconds() -> None:
    slipped = life(right=4.0, down=-3.0)
    before = away(own(), slipped[0][0])
    after, _ = worn(own(), slipped, 10.0)
    assert away(after, slipped[0][0]) < 0.5 * before
    without, _ = worn(own(), slipped, 10.0, Upkeep(UpkeepOptions(enabled=False)))
    assert away(without, slipped[0][0]) == before


def test_a_slip_is_made_good_at_once_even_while_the_face_shows_something() -> None:
    held: list[Shown] = [(face(frown=0.2, right=6.0, down=-5.0), True)]
    before = away(own(), face(right=6.0, down=-5.0))
    after, upkeep = worn(own(), held, 4.0)
    assert away(after, face(right=6.0, down=-5.0)) < 0.6 * before
    assert upkeep.advice is None


def lit(picture: Image) -> Image:
    """The same under a lamp that has moved from one side to the other, which no movement of the picture explains."""
    lamp = np.tile(np.linspace(0.55, 1.4, 96), 2)
    return np.asarray((picture * lamp).clip(0, 255), np.uint8)


def test_a_slip_that_no_movement_explains_is_made_good_once_the_face_has_done_this_and_that() -> None:
    slipped = [(lit(picture), something) for picture, something in life(right=4.0, down=-3.0)]
    resting = slipped[0][0]
    motion = register(eye(), resting[:, :96].astype(np.float32))
    assert motion.pixels(96) > 3.0
    assert motion.explained < 0.4
    before = away(own(), resting)
    after, upkeep = worn(own(), slipped, 10.0)
    assert away(after, resting) < 0.1 * before
    assert away(worn(after, slipped, 60.0, upkeep)[0], resting) < 0.1 * before, "and then it stays"
    one = [(lit(face(frown=1.0, right=4.0, down=-3.0)), True)]
    assert away(worn(own(), one, 60.0)[0], face()) < 0.5, "one expression all the time says nothing of the rest"


@pytest.mark.parametrize("held", [face(frown=1.0), face(shut=1.0)], ids=["frown", "closed eyes"])
def test_an_expression_held_for_a_minute_does_not_become_the_neutral(held: Image) -> None:
    profile, upkeep = worn(own(), [(held, True)], 60.0)
    assert away(profile, face()) < 0.05 * away(own(), held)
    assert upkeep.advice is None


def test_a_face_that_only_lives_keeps_its_neutral() -> None:
    profile, upkeep = worn(own(), life(), 30.0)
    assert away(profile, face()) < 1.5
    assert upkeep.advice is None


@pytest.mark.parametrize(("brighter", "followed"), [(6, 4.0), (40, 7.9)])
def test_light_that_changes_is_followed_within_bounds(brighter: int, followed: float) -> None:
    picture = (face().astype(np.int16) + brighter).clip(0, 255).astype(np.uint8)
    upkeep, profile = Upkeep(UpkeepOptions()), own()
    for n in range(900):
        profile = upkeep(profile, EyePair(picture, (True, True), (False, False), n / 15, n), calm())
    change = profile.neutral - own().neutral
    assert followed < float(np.median(change))
    assert change.max() <= min(8.01, brighter)


def calm() -> Expression:
    return Expression(np.eye(10, dtype=np.float32)[0], np.eye(5, dtype=np.float32)[0], NEUTRAL.channels)


def test_the_wearer_is_told_once_when_a_slip_cannot_be_made_good() -> None:
    wearer = Wearer(UpkeepOptions(), own(), lambda profile, pair: surprised())
    far = face(right=30.0, down=25.0)
    for n in range(600):
        pair = EyePair(far, (True, True), (False, False), n / 15, n)
        wearer.observe(pair, surprised())
    assert wearer.take_notices() == [ADVICE]
    assert away(wearer.profile, face()) < 0.5, "nothing was guessed"


def surprised() -> Expression:
    return Expression(np.eye(10, dtype=np.float32)[4], np.eye(5, dtype=np.float32)[2], NEUTRAL.channels)


def test_one_eye_and_the_population_are_left_alone() -> None:
    nobody = Profile.population(face())
    assert worn(nobody, life(right=4.0), 5.0)[0] is nobody
    upkeep, profile = Upkeep(UpkeepOptions()), own()
    for n in range(150):
        pair = EyePair(face(right=4.0), (True, False), (False, False), n / 30, n)
        profile = upkeep(profile, pair, calm())
    assert away(profile, face()) < 0.01
