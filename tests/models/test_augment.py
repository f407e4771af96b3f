from dataclasses import replace

import pytest
import torch
from torch import Tensor

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from models.augment import Augmentation, Augmenter, Batch
from models.labels import MIRRORED_CHANNEL, MIRRORED_SIGN, NONE, columns
from tests.models import fake

N = 16
NOTHING = Augmentation.none()
WINK = ACTION_UNIT_NAMES.index("wink_left")
CLOSED = ACTION_UNIT_NAMES.index("eyes_closed")
REST = torch.tensor([channel.neutral for channel in CHANNELS])


@pytest.fixture
def images() -> Tensor:
    torch.manual_seed(5)
    return torch.randint(20, 250, (N, 96, 192), dtype=torch.uint8)


def augment(options: Augmentation, images: Tensor, neutrals: Tensor | None = None, channels: Tensor = REST) -> Batch:
    neutrals = images if neutrals is None else neutrals
    labels = torch.full((N,), WINK), torch.zeros(N, dtype=torch.int64), channels.repeat(N, 1)
    return Augmenter(options, torch.from_numpy(fake.MEAN))(images, neutrals, *labels)


def test_the_network_sees_the_difference_and_the_image(images: Tensor) -> None:
    neutrals = images.flip(0)
    batch = augment(NOTHING, images, neutrals)
    torch.testing.assert_close(batch.pair[:, 1], images / 255)
    torch.testing.assert_close(batch.pair[:, 0], images / 255 - neutrals / 255)
    batch = augment(Augmentation.none(population=True), images, neutrals)
    torch.testing.assert_close(batch.pair[:, 0], images / 255 - torch.from_numpy(fake.MEAN) / 255)


def test_a_missing_eye_has_no_difference(images: Tensor) -> None:
    neutrals = images.clone()
    images[:, :, 96:] = 0
    batch = augment(Augmentation(), images, neutrals)
    kept = batch.action_unit == WINK  # what lost or copied an eye has another class
    assert kept.any()
    assert (batch.pair[kept][..., 96:] == 0).all()


def test_image_and_neutral_share_camera_and_light_but_not_slip(images: Tensor) -> None:
    still = augment(replace(NOTHING, geometry=1.0), images)
    assert not torch.allclose(still.pair[:, 1], images / 255, atol=0.05)
    assert still.pair[:, 0].abs().max() < 1e-4
    slipped = augment(replace(NOTHING, slip=1.0), images)
    assert slipped.pair[:, 0].abs().mean() > 0.01


def test_pictures_stay_pictures(images: Tensor) -> None:
    batch = augment(Augmentation(), images)
    assert batch.pair.isfinite().all()
    assert batch.pair[:, 1].min() >= 0
    assert batch.pair[:, 1].max() <= 1
    assert batch.pair[:, 0].abs().max() <= 1


def test_the_same_seed_gives_the_same_batch(images: Tensor) -> None:
    torch.manual_seed(1)
    first = augment(Augmentation(), images)
    again = augment(Augmentation(), images)
    torch.manual_seed(1)
    torch.testing.assert_close(augment(Augmentation(), images).pair, first.pair)
    assert not torch.equal(again.pair, first.pair)


def test_an_eye_copied_to_the_other_half_copies_its_labels(images: Tensor) -> None:
    channels = torch.arange(float(len(CHANNELS)))
    batch = augment(replace(NOTHING, copied_eye=1.0), images, images.flip(0), channels)
    torch.testing.assert_close(batch.pair, batch.pair.flip(-1))
    mirrored = batch.channels[:, list(MIRRORED_CHANNEL)] * torch.tensor(MIRRORED_SIGN)
    torch.testing.assert_close(batch.channels, mirrored)
    from_left = batch.channels[:, 0] == 0  # else from the right eye, which is open
    assert 0 < from_left.sum() < N
    assert (batch.action_unit[from_left] == CLOSED).all()
    assert (batch.emotion == torch.where(from_left, EMOTION_NAMES.index("closed_eyes"), 0)).all()
    assert (batch.action_unit[~from_left] == NONE).all()


def test_of_a_lost_eye_only_its_absence_is_known(images: Tensor) -> None:
    batch = augment(replace(NOTHING, lost_eye=1.0), images)
    visible = list(columns("visible"))
    assert (batch.channels[:, visible].sum(1) == 1).all()
    assert batch.known[:, visible].all()
    openness = list(columns("lid_openness"))
    torch.testing.assert_close(batch.known[:, openness], batch.channels[:, visible] == 1)


def test_without_a_face_nothing_else_is_known(images: Tensor) -> None:
    batch = augment(replace(NOTHING, no_face=1.0), images)
    assert (batch.action_unit == NONE).all()
    assert (batch.emotion == NONE).all()
    assert batch.known.sum() == 2 * N


def test_shut_lids_hide_the_gaze(images: Tensor) -> None:
    channels = REST.clone()
    channels[CHANNEL_NAMES.index("lid_openness_left")] = 0.1
    known = augment(NOTHING, images, channels=channels).known[0]
    hidden = {name for name, there in zip(CHANNEL_NAMES, known, strict=True) if not there}
    assert hidden == {"gaze_yaw_left", "gaze_pitch_left", "pupil_left"}
