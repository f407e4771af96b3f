"""What a gaze network learns from: pictures as it takes them, and where the eyes in them look."""

from typing import NamedTuple, Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.augment import Augmentation, Augmenter
from models.dataset import Pairs
from models.gaze.faces import FaceSet
from models.gaze.network import Kind
from models.labels import columns


class Lesson(NamedTuple):
    """A batch of B pictures with G gazes each: one of a face, two of a pair of eyes."""

    pictures: Tensor
    "As the network takes them."
    gaze: Tensor
    "(B, G, 2) pitch and yaw in radians"
    known: Tensor
    "(B, G) bool: nothing is known of an eye that is shut or not seen"


class Lessons(Protocol):
    """N pictures that can be had by number."""

    @property
    def kind(self) -> Kind: ...

    def __len__(self) -> int: ...

    def lesson(self, rows: Tensor) -> Lesson: ...


class FaceLessons:
    """Whole faces, unchanged, as the paper trains on them."""

    kind: Kind = "face"

    def __init__(self, faces: FaceSet, rows: NDArray[np.intp], size: int) -> None:
        self._faces, self._rows, self._size = faces, rows, size

    def __len__(self) -> int:
        return len(self._rows)

    def lesson(self, rows: Tensor) -> Lesson:
        images, gaze = self._faces.read(self._rows[rows.numpy()])
        pictures = torch.from_numpy(np.stack([fitted(image, self._size) for image in images])).permute(0, 3, 1, 2)
        known = torch.from_numpy(np.isfinite(gaze).all(-1))
        return Lesson(pictures.float() / 255, torch.from_numpy(gaze).nan_to_num()[:, None], known[:, None])


def fitted(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """A square picture at the network's size; what is made smaller is averaged."""
    if image.shape[0] == image.shape[1] == size:
        return image
    how = cv2.INTER_AREA if image.shape[0] > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (size, size), interpolation=how), np.uint8)


class EyeLessons:
    """Pairs of a headset's eyes with their neutral, changed as EyeNet's are while it learns."""

    kind: Kind = "near-eye"

    def __init__(self, pairs: Pairs, mean: Tensor, augmentation: Augmentation) -> None:
        """`mean`: (h, 2 w) uint8, the population's mean image, which some pairs get for their own neutral."""
        self._pairs, self._augment = pairs, Augmenter(augmentation, mean)

    def __len__(self) -> int:
        return len(self._pairs)

    def lesson(self, rows: Tensor) -> Lesson:
        pairs = self._pairs
        neutrals = pairs.neutrals[pairs.session[rows]]
        labels = (part[rows] for part in (pairs.action_unit, pairs.emotion, pairs.channels))
        batch = self._augment(pairs.images[rows], neutrals, *labels)
        axes = torch.tensor([columns("gaze_pitch"), columns("gaze_yaw")]).T  # (eyes, 2)
        gaze = batch.channels[:, axes].deg2rad().nan_to_num()
        return Lesson(batch.pair, gaze, batch.known[:, axes].all(-1))
