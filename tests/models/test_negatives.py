import torch

from models.negatives import no_eye
from tests.models.fake import MEAN

EYES = torch.from_numpy(MEAN).float().div(255).reshape(1, 96, 2, 96).permute(0, 2, 1, 3).expand(64, 2, 96, 96)


def test_no_two_are_alike_and_all_are_pictures() -> None:
    torch.manual_seed(0)
    pictures = no_eye(EYES)
    assert pictures.shape == EYES.shape
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    flat = pictures.flatten(0, 1).flatten(1)
    assert torch.pdist(flat, float("inf")).min() > 0.01
    contrast = flat.std(1)
    assert contrast.min() < 0.03  # a covered camera
    assert contrast.max() > 0.2  # a room, or a lamp


def test_what_is_left_of_the_eye_is_no_eye() -> None:
    """A dark disc on bright skin, the size of a pupil, is gone, or fills a quarter of the picture."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 96), torch.linspace(-1, 1, 96), indexing="ij")
    disc = ((x**2 + y**2) < 0.01).float()
    torch.manual_seed(1)
    pictures = no_eye((0.8 - 0.7 * disc).expand(200, 2, 96, 96)).flatten(0, 1)
    pattern = disc - torch.nn.functional.avg_pool2d(disc[None], 31, 1, 15)[0]
    pattern = (pattern - pattern.mean()) / pattern.norm()
    likeness = torch.nn.functional.conv2d(pictures[:, None], pattern[None, None], padding=24).amax((1, 2, 3))
    original = torch.nn.functional.conv2d((0.2 + 0.7 * disc)[None, None], pattern[None, None], padding=24).max()
    assert (likeness < original).float().mean() > 0.9
