"""What happens to a rendered pair before the network sees it: other fits, a slipping headset, other lights and lenses
(`models.photometry`), one eye gone. All of it runs on whole batches on the GPU.

An image and its neutral share one camera, so they share every change, but for a little drift and for slip: the headset
moved since the neutral was taken; without it, a slip of two pixels reads as a lowered brow. Batches are held as eyes
(B, 2, 96, 96), left eye and mirrored right eye, so that a number means the same on both sides.

Symbols in shape comments: B pairs, K = 2 kinds of picture (neutral, image), S = 2 sides, h x w pixels of one eye.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.dataset import Pairs
from models.labels import (
    CLOSED_EMOTION,
    CLOSED_UNIT,
    MIRRORED_CHANNEL,
    MIRRORED_SIGN,
    NONE,
    SIDE_OF_CHANNEL,
    UNIT_WITH_ONE_EYE,
    UNIT_WITH_ONE_EYE_COPIED,
    columns,
)
from models.metrics import Truth
from models.negatives import no_eye
from models.photometry import relight, some_of, uniform

LID_SHUT: Final = 0.25
"Below this openness nothing is known of gaze and pupil."


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far each change goes; `Augmentation.none()` only builds the network's input."""

    population: float = 0.25
    "Share of pairs from which the population's mean is subtracted instead of the wearer's own neutral."
    lost_eye: float = 0.06
    "Share of pairs that lose an eye."
    copied_eye: float = 0.06
    "Share of pairs of which one eye is mirrored into both halves."
    no_face: float = 0.08
    "Share of pairs that show no face at all."
    geometry: float = 1.0
    "Scales placement of the camera: zoom 0.8-1.25, shift 6 px, 4 degrees, aspect."
    close: float = 0.2
    "Share of pairs magnified up to 1.7 times more, with shifts of up to 16 px: little but the eye is in sight."
    slip: float = 1.0
    "Scales what moved since the neutral: 2.4 px, 4 %, 2.3 degrees."
    photometry: float = 1.0
    "Scales the share of pairs that each photometric change touches."

    @classmethod
    def none(cls, population: bool = False) -> "Augmentation":
        return cls(float(population), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


class Batch(NamedTuple):
    """What the losses need."""

    pair: Tensor
    "(B, 2, h, 2 w) float32: difference to the neutral, image"
    action_unit: Tensor
    "(B,) int64, -1: none"
    emotion: Tensor
    "(B,) int64, -1: none"
    channels: Tensor
    "(B, 22) float32"
    known: Tensor
    "(B, 22) bool: where a channel's label means something"


class Augmenter:
    """(pictures, labels) -> Batch. Draws from torch's global generator of the device."""

    def __init__(self, options: Augmentation, population_mean: Tensor) -> None:
        """`population_mean`: (h, 2 w) uint8 on the device of the batches."""
        self.options = options
        self._mean = to_eyes(population_mean[None].float() / 255)  # (1, S, h, w)
        device = population_mean.device
        self._one_eye = torch.tensor([UNIT_WITH_ONE_EYE, UNIT_WITH_ONE_EYE_COPIED], device=device)  # (2, S, 10)
        self._side = torch.tensor(SIDE_OF_CHANNEL, device=device)
        self._other = torch.tensor(MIRRORED_CHANNEL, device=device)
        self._sign = torch.tensor(MIRRORED_SIGN, device=device)
        self._visible = torch.zeros(len(SIDE_OF_CHANNEL), dtype=torch.bool, device=device)
        self._visible[list(columns("visible"))] = True

    @torch.no_grad()
    def __call__(self, images: Tensor, neutrals: Tensor, unit: Tensor, emotion: Tensor, channels: Tensor) -> Batch:
        """images, neutrals (B, h, 2 w) uint8; unit, emotion (B,) int64; channels (B, 22)."""
        options, b = self.options, len(images)
        neutral_and_image = torch.stack([neutrals, images], 1).float() / 255
        eyes = to_eyes(neutral_and_image)  # (B, K, S, h, w)
        black = eyes[:, 1].amax((2, 3)) == 0  # (B, S): missing from the start
        if options.geometry or options.slip:
            eyes = _move(eyes, options)
        if options.photometry:
            eyes = relight(eyes, options.photometry)
        neutral, image = eyes.unbind(1)  # (B, S, h, w)
        neutral = torch.where(some_of(b, options.population, eyes)[:, 0], self._mean, neutral)
        planes = torch.stack([image - neutral, image], 1)  # (B, 2, S, h, w)
        planes = torch.where(black[:, None, :, None, None], 0.0, planes)
        planes, unit, emotion, channels = self._lose_eyes(planes, unit, emotion, channels)
        return Batch(to_pair(planes), unit, emotion, channels, self._known(channels))

    def _lose_eyes(
        self, planes: Tensor, unit: Tensor, emotion: Tensor, channels: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Some pairs keep one eye: the other is missing, or it is the first one in a mirror. Some keep none."""
        options, b, device = self.options, len(planes), planes.device
        lost, copied, empty = _exclusive(b, (options.lost_eye, options.copied_eye, options.no_face), device)
        keep = torch.randint(0, 2, (b,), device=device)  # the side that stays
        not_kept = torch.arange(2, device=device) != keep[:, None]  # (B, S)
        kept = planes[torch.arange(b, device=device), :, keep]  # (B, 2, h, w)
        planes = torch.where(copied[:, None, None, None, None], kept[:, :, None], planes)
        gone = (not_kept & lost[:, None]) | empty[:, None]  # (B, S)
        if len(rows := gone.any(1).nonzero()[:, 0]):
            planes = planes.index_put((rows,), _without(planes[rows], gone[rows]))

        seen = self._one_eye[copied.long(), keep].gather(1, unit.clamp(min=0)[:, None])[:, 0]
        unit = torch.where((lost | copied) & (unit != NONE), seen, unit).masked_fill(empty, NONE)
        emotion = emotion.masked_fill((lost | copied) & (unit == CLOSED_UNIT), CLOSED_EMOTION).masked_fill(empty, NONE)
        invented = not_kept[:, self._side] & copied[:, None]  # (B, 22)
        channels = torch.where(invented, channels[:, self._other] * self._sign, channels)
        return planes, unit, emotion, channels.masked_fill(gone[:, self._side] & self._visible, 0.0)

    def _known(self, channels: Tensor) -> Tensor:
        """(B, 22): nothing is known of an eye that is not seen but that, nor of the gaze behind shut lids."""
        seen = channels[:, list(columns("visible"))] >= 0.5  # (B, S)
        known = channels.isfinite() & (seen[:, self._side] | self._visible)
        open_lids = channels[:, list(columns("lid_openness"))] >= LID_SHUT
        for stem in ("gaze_yaw", "gaze_pitch", "pupil"):
            known[:, list(columns(stem))] &= open_lids
        return known


def to_eyes(pair: Tensor) -> Tensor:
    """(..., h, 2 w) -> (..., 2, h, w): left eye and mirrored right eye."""
    left, right = pair.chunk(2, -1)
    return torch.stack([left, right.flip(-1)], -3)


def to_pair(eyes: Tensor) -> Tensor:
    """(..., 2, h, w) -> (..., h, 2 w)"""
    left, right = eyes.unbind(-3)
    return torch.cat([left, right.flip(-1)], -1)


def _exclusive(b: int, shares: tuple[float, ...], device: torch.device) -> list[Tensor]:
    """(B,) bool for each share: no pair is in two of them."""
    draw, start, chosen = torch.rand(b, device=device), 0.0, []
    for share in shares:
        chosen.append((draw >= start) & (draw < start + share))
        start += share
    return chosen


def _without(planes: Tensor, gone: Tensor) -> Tensor:
    """(B, 2, S, h, w) less the eyes that are `gone` (B, S): black, as the daemon gives a missing one, or a picture of
    something else."""
    b, _, sides, _, _ = planes.shape
    image = no_eye(planes[:, 1])
    neutral = planes[:, 1] - planes[:, 0]
    other = torch.stack([image - neutral, image], 1) * some_of(b, 0.7, planes, sides)
    return torch.where(gone[:, None, :, None, None], other, planes)


def _move(eyes: Tensor, options: Augmentation) -> Tensor:
    """Another placement of the cameras, the same for image and neutral, and slip of the image alone."""
    b, _, _, h, w = eyes.shape
    geometry = options.geometry
    mirror = torch.tensor([1.0, -1.0], device=eyes.device)  # a headset that moves left moves outwards for one eye only
    half = w / 2.0  # pixels in one unit of the sampling grid

    def both_eyes(sd: float, odd: bool) -> Tensor:  # (B, S): what the headset does, and a little of each camera's own
        headset = torch.randn((b, 1), device=eyes.device) * (mirror if odd else torch.ones_like(mirror))
        return sd * (0.8 * headset + 0.6 * torch.randn((b, 2), device=eyes.device))

    zoom = uniform((b, 1), math.log(0.8), math.log(1.25), eyes) + both_eyes(0.03, odd=False)
    aspect = uniform((b, 1), -0.12, 0.12, eyes)
    near = torch.rand((b, 1), device=eyes.device) < options.close
    zoom = zoom - torch.where(near, uniform((b, 1), 0.0, math.log(1.7), eyes), 0.0)  # the grid shrinks: a nearer eye
    reach = torch.where(near, 16.0, 6.0) / half
    camera = _affine(
        both_eyes(math.radians(4.0), odd=True) * geometry,
        (zoom + aspect) * geometry,
        (zoom - aspect) * geometry,
        uniform((b, 2), -1.0, 1.0, eyes) * reach * geometry,
        uniform((b, 2), -1.0, 1.0, eyes) * reach * geometry,
    )
    amount = uniform((b, 1), 0.0, 1.0, eyes) * options.slip  # many sessions hardly slip at all
    scale = both_eyes(0.04, odd=False) * amount
    moved = _affine(
        both_eyes(math.radians(2.3), odd=True) * amount,
        scale,
        scale,
        both_eyes(2.4, odd=True) / half * amount,
        both_eyes(2.4, odd=False) / half * amount,
    )
    theta = torch.stack([camera, moved @ camera], 1)[..., :2, :]  # (B, K, S, 2, 3)
    grid = functional.affine_grid(theta.flatten(0, 2), [b * 4, 1, h, w], align_corners=False)
    sampled = functional.grid_sample(eyes.flatten(0, 2)[:, None], grid, padding_mode="border", align_corners=False)
    return sampled.reshape(eyes.shape)


def _affine(turn: Tensor, log_x: Tensor, log_y: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """(B, S) each -> (B, S, 3, 3): rotation, then scale, then shift, in the units of the sampling grid."""
    cos, sin, sx, sy = turn.cos(), turn.sin(), log_x.exp(), log_y.exp()
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    rows = [cos * sx, -sin * sx, x, sin * sy, cos * sy, y, zero, zero, one]
    return torch.stack(rows, -1).reshape(*x.shape, 3, 3)


def batches(pairs: Pairs, augment: Augmenter, size: int, shuffle: bool) -> Iterator[Batch]:
    """One pass over the pairs, on the device that they are on; a shuffled one leaves out what fills no batch."""
    device = pairs.images.device
    order = torch.randperm(len(pairs), device=device) if shuffle else torch.arange(len(pairs), device=device)
    if shuffle and len(pairs) > size:
        order = order[: len(pairs) // size * size]
    for rows in torch.split(order, size):
        neutrals = pairs.neutrals[pairs.session[rows]]
        yield augment(pairs.images[rows], neutrals, pairs.action_unit[rows], pairs.emotion[rows], pairs.channels[rows])


def truth_of(batches: Sequence[Batch], pairs: Pairs) -> Truth:
    """The labels of one unshuffled pass."""
    unit, emotion, channels, known = (
        torch.cat([getattr(batch, name) for batch in batches]).cpu().numpy()
        for name in ("action_unit", "emotion", "channels", "known")
    )
    who, sitting, worn = (part.cpu().numpy() for part in (pairs.person, pairs.session, pairs.headset))
    return Truth(unit, emotion, channels, known, who, sitting, worn)
