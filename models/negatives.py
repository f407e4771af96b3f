"""What an eye camera sees when there is no eye before it, made of the eyes that are there: a batch's own pictures,
so that light, noise and lens are those of the camera and only the eye is missing.

The headset lies on the table or sits on the forehead, a hand covers the camera, the lens fogs up, a lamp blinds it.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from models.photometry import some_of, uniform


def no_eye(eyes: Tensor) -> Tensor:
    """(B, S, h, w) gray levels 0..1 of pictures of eyes -> as many of none, each of a kind drawn anew."""
    b, sides, h, w = eyes.shape
    scenes = torch.stack([_room(eyes), _furniture(eyes), _fogged(eyes), _skin(eyes)])  # (4, B, S, h, w)
    kind = torch.randint(0, len(scenes), (b, 1, sides, 1, 1), device=eyes.device).expand(b, 1, sides, h, w)
    picture = scenes.transpose(0, 1).gather(1, kind)  # (B, 1, S, h, w)
    level = uniform((b, 1, sides, 1, 1), 0.0, 1.0, picture)
    contrast = torch.where(
        some_of(b, 0.2, picture, sides), 0.0, uniform((b, 1, sides, 1, 1), 0.1, 1.2, picture)
    )  # uniform: a covered or a blinded camera
    picture = level + contrast * (picture - picture.mean((-2, -1), keepdim=True)) + _glare(picture)
    noise = uniform((b, 1, sides, 1, 1), 0.0, 0.04, picture)
    return (picture + noise * torch.randn_like(picture)).clamp(0.0, 1.0)[:, 0]


def _room(eyes: Tensor) -> Tensor:
    """Shapes of no meaning, the same size throughout a picture: large ones, or a texture."""
    b, sides, h, w = eyes.shape
    cells = int(torch.randint(2, 13, ()))
    shapes = torch.rand((b, sides, cells, cells), device=eyes.device)
    return functional.interpolate(shapes, (h, w), mode=("bilinear", "nearest")[int(torch.rand(()) < 0.3)])


def _furniture(eyes: Tensor) -> Tensor:
    """Things with straight edges before each other, each of an even gray: table, door, window, the wall behind."""
    b, sides, h, w = eyes.shape
    shape = (b, sides, 1, 1)
    y = torch.linspace(-1, 1, h, device=eyes.device)[:, None]
    x = torch.linspace(-1, 1, w, device=eyes.device)
    picture = uniform(shape, 0.0, 1.0, eyes).expand(eyes.shape)
    sharpness = uniform(shape, math.log(8.0), math.log(80.0), eyes).exp()
    tilt = uniform(shape, -0.5, 0.5, eyes)
    for _ in range(int(torch.randint(3, 13, ()))):
        turn = tilt + uniform(shape, -0.1, 0.1, eyes)
        left, top = (uniform(shape, -1.3, 1.3, eyes) for _ in range(2))
        across = (x - left) * turn.cos() + (y - top) * turn.sin()
        down = (y - top) * turn.cos() - (x - left) * turn.sin()
        wide, high = (uniform(shape, math.log(0.08), math.log(1.2), eyes).exp() for _ in range(2))
        cover = torch.sigmoid(sharpness * torch.minimum(wide - across.abs(), high - down.abs()))
        picture = picture + cover * (uniform(shape, 0.0, 1.0, eyes) - picture)
    return picture


def _fogged(eyes: Tensor) -> Tensor:
    """The eye's own light and dark, a quarter of the picture wide and wider: nobody could tell what it was."""
    return functional.interpolate(
        functional.adaptive_avg_pool2d(eyes, int(torch.randint(2, 5, ()))), eyes.shape[-2:], mode="bilinear"
    )


def _skin(eyes: Tensor) -> Tensor:
    """A place of the picture four to twelve times as large: pores, a fold, hair, and no eye about it."""
    h, w = eyes.shape[-2:]
    part = round(h / (4.0 * 3.0 ** float(torch.rand(()))))
    top, left = (int(torch.randint(0, size - part + 1, ())) for size in (h, w))
    return functional.interpolate(eyes[..., top : top + part, left : left + part], (h, w), mode="bilinear")


def _glare(picture: Tensor) -> Tensor:
    """(B, 1, S, h, w): on a third of the eyes the light of one lamp, from a spark to all of the picture."""
    b, _, sides, h, w = picture.shape
    y = torch.linspace(-1, 1, h, device=picture.device)[:, None]
    x = torch.linspace(-1, 1, w, device=picture.device)
    size = uniform((b, 1, sides, 1, 1), math.log(0.05), 0.0, picture).exp()
    along, across = (uniform((b, 1, sides, 1, 1), -1.0, 1.0, picture) for _ in range(2))
    spot = torch.exp(-((x - along) ** 2) / (2 * size**2)) * torch.exp(-((y - across) ** 2) / (2 * size**2))
    return torch.where(some_of(b, 1 / 3, picture, sides), spot, 0.0)
