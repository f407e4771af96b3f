"""The methods of Table 1 that are programs, and what they are trained with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from torch import nn

from models.inception import SIZE, Inception
from models.two_tower import InceptionTowers, TwoTower

Vocabulary = Literal["action_unit", "emotion"]
VOCABULARIES: Final[tuple[Vocabulary, ...]] = ("action_unit", "emotion")


@dataclass(frozen=True, slots=True)
class Method:
    """One way from a pair of eye pictures to a class."""

    key: str
    row: int
    "Of the paper's Table 1."
    title: str
    network: Literal["two_tower", "inception_towers", "inception"]
    headset: str
    paper: float
    "The paper's accuracy on four people who were left out."
    frozen: bool = False
    "Only the classifier learns."
    augmented: bool = True
    personalized: bool = False
    "P(I) = I - the wearer's mean neutral image (section 4.2)."

    @property
    def square(self) -> bool:
        """Whether both eyes are squeezed into one square picture, as the paper does; else each eye is one."""
        return self.network == "inception"


METHODS: Final = (
    Method("two_tower", 5, "Gaze network of [16], two towers", "two_tower", "hmd1", 0.26, augmented=False),
    Method("towers", 6, "InceptionV3, one tower per eye", "inception_towers", "hmd1", 0.48, augmented=False),
    Method("frozen", 7, "InceptionV3, frozen weights", "inception", "hmd1", 0.55, frozen=True, augmented=False),
    Method("hmd1", 8, "InceptionV3, HMD1", "inception", "hmd1", 0.65),
    Method("hmd2", 9, "InceptionV3, HMD2", "inception", "hmd2", 0.69),
    Method("eyemotion", 10, "Eyemotion, HMD2", "inception", "hmd2", 0.73, personalized=True),
)
BY_KEY: Final = {method.key: method for method in METHODS}
PLAIN, PERSONALIZED = BY_KEY["hmd2"], BY_KEY["eyemotion"]
"The two that are cross-validated: Tables 2 and 4, 3 and 5."

LEFT_OUT: Final = 4
"People of the single validation set of Table 1."
FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Preset:
    """How large everything is."""

    name: str
    every: int
    "Of the benchmark's frames, every so many-th."
    size: int
    "Pixels of a side of the network's picture."
    width: float
    "Of every layer."
    epochs: float
    batch: int
    rate: float = 0.045
    folds: int = FOLDS
    start: Path | None = None
    "InceptionV3 weights to begin with: torchvision's, or a trunk that `pretrain` made."

    def network(self, method: Method, classes: int) -> nn.Module:
        """Untrained, or with the weights to begin with. Raises BridgeError when they do not fit."""
        if method.network == "two_tower":
            return TwoTower(classes, self.width)
        net = Inception(classes, self.width) if method.square else InceptionTowers(classes, self.width)
        if self.start is not None:
            (net if isinstance(net, Inception) else net.tower).load_trunk(self.start)
        return net


PRESETS: Final = {
    "full": Preset("full", every=1, size=SIZE, width=1.0, epochs=10, batch=32),
    "medium": Preset("medium", every=5, size=83, width=0.25, epochs=4, batch=16, rate=0.005, folds=3),
    "small": Preset("small", every=20, size=83, width=0.25, epochs=1.25, batch=16, rate=0.005, folds=3),
    "tiny": Preset("tiny", every=40, size=75, width=0.05, epochs=1, batch=16, folds=2),
}
"""full: a GPU and hours, with the paper's rate. medium: three quarters of an hour of one processor core, measured.
small: five minutes of it; few steps from weaker weights do not survive the paper's rate. tiny: a test of the program,
of nothing else."""
