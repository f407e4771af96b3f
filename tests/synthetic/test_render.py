"""Rendered people do what their labels say."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.channels import CHANNEL_NAMES
from models.synthetic.expression import EyeState, FaceState
from models.synthetic.headset import Slip, make_headset
from models.synthetic.participant import Participant, make_participant, posed_lids, side_weights, with_rising_lids
from models.synthetic.parts import Float, Parts
from models.synthetic.render import Session

PEOPLE = 8


@pytest.fixture(scope="module")
def sessions(parts: Parts) -> list[Session]:
    sessions = []
    for number in range(PEOPLE):
        rng = np.random.default_rng((77, number))
        headset = make_headset("hmd1", rng, (96, 96))
        clear = replace(headset.optics, noise=0.0, jpeg=0, barrel=0.0, glasses=np.zeros((0, 6), np.float32))
        sessions.append(Session.begin(make_participant(parts, rng), replace(headset, optics=clear)))
    return sessions


def pictures(session: Session, state: FaceState) -> Float:
    """(2, 96, 96) left and right."""
    return np.stack(session.render(state, Slip(), np.random.default_rng(0))).astype(np.float32)


def both(**movements: float) -> FaceState:
    return FaceState(EyeState(**movements), EyeState(**movements))


def eyeball_pixels(session: Session, eye: EyeState) -> int:
    """How much of the eyeball shows: it is painted brighter than any skin."""
    look = session.person.eye_look.copy()
    look[[2, 4, 5, 10]], look[[3, 8, 9, 11]] = 1000.0, 0.0
    glowing = replace(session, person=replace(session.person, eye_look=look))
    return int((glowing.light(eye, False, Slip()) > 30).sum())


def test_shut_lids_hide_the_eye_wherever_it_looks(sessions: list[Session]) -> None:
    for session in sessions:
        opened = eyeball_pixels(session, EyeState())
        assert opened > 100
        for gaze in ({}, {"pitch": -25.0}, {"pitch": 20.0, "yaw": 25.0}, {"squint": 0.8, "cheek_raise": 0.6}):
            assert eyeball_pixels(session, EyeState(blink=1.0, **gaze)) < 0.06 * opened


def test_openness_is_closing_and_not_looking_down(sessions: list[Session]) -> None:
    left = CHANNEL_NAMES.index("lid_openness_left")
    for session in sessions:
        opened = [float(session.truth(state).channels[left]) for state in (both(), both(pitch=-25.0), both(widen=1.0))]
        assert opened == pytest.approx([1, 1, 1])
        closing = [float(session.truth(both(blink=blink)).channels[left]) for blink in np.linspace(0, 1, 6)]
        assert closing[-1] == 0
        assert (np.diff(closing) < 0).all()
        assert 0.3 < session.truth(both(blink=0.5)).channels[left] < 0.7


def test_lower_lids_come_up_in_a_blink_each_by_its_own_share(sessions: list[Session], parts: Parts) -> None:
    def middles(person: Participant, blink: float) -> Float:
        weights = side_weights(person.left, EyeState(blink=blink))
        margins = posed_lids(person.upper_lid, person.lower_lid, person.left, weights)
        return np.array([lid[len(lid) // 3 : -len(lid) // 3, 1].mean() for lid in margins])

    rises = []
    for number, session in enumerate(sessions):
        usual = session.person
        person = with_rising_lids(usual, parts, np.random.default_rng(number))
        (upper, lower), (_, lifted), (_, unmoved) = middles(person, 0.0), middles(person, 1.0), middles(usual, 1.0)
        np.testing.assert_allclose((upper, lower), middles(usual, 0.0), atol=0.15)  # resting lids blink a little
        assert abs(unmoved - lower) < 0.15 * (upper - lower)
        rises.append((lifted - lower) / (upper - lower))
        risen = replace(session, person=person)
        assert eyeball_pixels(risen, EyeState(blink=1.0)) < 0.06 * eyeball_pixels(risen, EyeState())
    assert min(rises) > -0.2
    assert max(rises) > 0.2


def test_a_left_wink_changes_the_left_picture(sessions: list[Session]) -> None:
    for session in sessions:
        rest = pictures(session, FaceState())
        change = abs(pictures(session, FaceState(EyeState(blink=1.0))) - rest).mean((1, 2))
        assert change[0] > 1
        assert change[1] == 0


def test_a_lid_in_motion_leaves_a_smear(sessions: list[Session]) -> None:
    """The smear lies where the lid's edge passes, and nowhere else."""
    for session in sessions:
        still, moving = (pictures(session, both(blink=0.5, lid_motion=motion))[0] for motion in (0.0, 0.3))
        ends = [pictures(session, both(blink=blink))[0] for blink in (0.35, 0.65)]
        assert abs(moving - still).max() > 10
        passed = abs(ends[0] - ends[1]) > 2
        assert abs(moving - still)[~passed].mean() < 0.5 * abs(moving - still)[passed].mean()


def test_a_shut_lid_shades_the_skin_below_it(sessions: list[Session]) -> None:
    def darkening(session: Session, eye: EyeState) -> Float:
        """(2,) how much of the light above and below the middle of the shut lids' line is lost."""
        lights = []
        for strength in (0.0, 0.9):
            look = session.person.eye_look.copy()
            look[[5, 9, 12]] = 0.0, strength, 0.4
            lights.append(replace(session, person=replace(session.person, eye_look=look)).light(eye, False, Slip()))
        lost = lights[0] - lights[1]
        line = int(np.argmax(lost.sum(1))) if lost.any() else 48
        return np.asarray([abs(lost[: line - 8]).sum(), lost[line:].sum()] / lights[0].sum(), np.float32)

    for session in sessions:
        above, below = darkening(session, EyeState(blink=1.0))
        assert below > 0.004
        assert above < 0.2 * below


def test_exposure_makes_good_what_a_shut_lid_changes(sessions: list[Session]) -> None:
    """A closed lid throws back more light than an eye; a camera that adapts shows the same mean again."""
    for session in sessions:
        optics = replace(session.headset.optics, brightness=0.5, veil=0.0)
        changes = []
        for adaptation in (0.0, 1.0):
            headset = replace(session.headset, optics=replace(optics, adaptation=adaptation))
            adapted = Session.begin(session.person, headset)
            shown = [pictures(adapted, state)[0].mean() for state in (both(), both(blink=1.0, brow_down=1.0))]
            changes.append(abs(float(np.log(shown[1] / shown[0]))))
        assert changes[1] < 0.1
        assert changes[1] < changes[0] + 0.02


def test_movements_change_where_they_happen(sessions: list[Session]) -> None:
    """Mean over people, by thirds of the picture from brow to cheek."""

    def change(**movements: float) -> Float:
        moved = [abs(pictures(s, both(**movements)) - pictures(s, FaceState())).mean(0) for s in sessions]
        return np.asarray(np.mean(moved, 0).reshape(3, 32, 96).mean((1, 2)))

    brow, squint, cheek = change(brow_down=1.0), change(squint=1.0), change(cheek_raise=1.0, smile=0.5)
    assert brow[0] > brow[2]
    assert squint[1] > squint[0]
    assert cheek[2] > cheek[0]


def test_eyes_look_to_the_wearers_left_on_the_pictures_right(sessions: list[Session]) -> None:
    for session in sessions:
        look = session.person.eye_look.copy()
        look[4], look[8] = 1000.0, 0.0  # a glowing pupil and no reflections
        glowing = replace(session, person=replace(session.person, eye_look=look))

        def pupil(yaw: float, mirrored: bool, glowing: Session = glowing) -> float:
            light = glowing.light(EyeState(yaw=yaw, widen=1.0), mirrored, Slip())
            return float(np.nonzero(light > 30)[1].mean())

        for mirrored in (False, True):
            # 36 degrees of a 1 cm lever: 6 mm, of 48 mm in 96 pixels
            assert 7 < pupil(18, mirrored) - pupil(-18, mirrored) < 18


def test_the_nose_is_on_the_left_of_the_left_eyes_picture(sessions: list[Session]) -> None:
    """A headset that moves to the wearer's left sees the nose, and all else, move to its pictures' left."""
    session = sessions[0]
    rng = np.random.default_rng(0)
    here = session.render(FaceState(), Slip(), rng)
    there = session.render(FaceState(), Slip(shift=(0.25, 0.0, 0.0)), rng)
    for before, after in zip(here, there, strict=True):
        before, after = before.astype(np.float32), after.astype(np.float32)
        step = 5
        towards_left = abs(before[:, step:] - after[:, :-step]).mean()
        towards_right = abs(before[:, :-step] - after[:, step:]).mean()
        assert towards_left < towards_right


def test_a_publishable_person_uses_no_scanned_skin(parts: Parts) -> None:
    assert all(make_participant(parts, np.random.default_rng(seed), True).skin.scan == -1 for seed in range(6))
    black = replace(parts, skins=np.zeros_like(parts.skins), skins_down=np.zeros_like(parts.skins_down))
    for seed in range(6):
        with_scans, without = (
            make_participant(p, np.random.default_rng(seed), publishable=True) for p in (parts, black)
        )
        assert (with_scans.skin.texture == without.skin.texture).all()
