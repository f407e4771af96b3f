"""The classifier of DeepExp3D (section III-D): error-correcting output codes over support vector machines.

One-versus-all codes, radial kernels, hyper-parameters searched by Bayesian optimization. The search is optuna's
tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011); the paper's [58] is one of Gaussian processes. What it
leaves is `bridge.face.machines.Machines`, which needs numpy alone.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import optuna
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.svm import SVC

from bridge.face.machines import Floats, Machines, losses, probabilities
from models.emotion.folds import Ints, folds

_COST: Final = (1e-2, 1e4)
_GAMMA: Final = (1e-4, 1e0)
"Where the search looks; coefficients are scaled to a spread of 1 before."
_CONSTANT: Final = 1e-9
"With less spread than this, nothing can be learnt from a number."
_NEVER: Final = 1e6
"What such a number is divided by."
_INNER: Final = 5
"Folds of the search, inside what is given to train on."
SEARCHED: Final = 3000
"Most faces that the search looks at: a machine's training takes the square of their number."
_TEMPERATURES: Final = (1e-3, 10.0)


@dataclass(frozen=True, slots=True)
class Setting:
    """Hyper-parameters."""

    cost: float
    "C: what a face on the wrong side costs."
    gamma: float
    balanced: bool
    "Whether rare classes' faces cost more, in proportion."


@dataclass(frozen=True, slots=True)
class Faces:
    """What is learnt from."""

    features: Floats
    "(n, d)"
    labels: Ints
    "(n,) classes, from 0"
    groups: Ints
    "(n,) who it is: one person is never on both sides of a fold"

    def __getitem__(self, chosen: NDArray[Any]) -> "Faces":
        return Faces(self.features[chosen], self.labels[chosen], self.groups[chosen])


def search(faces: Faces, classes: int, trials: int, seed: int, most: int = SEARCHED) -> Setting:
    """The setting with the highest mean recall over the classes in cross-validation inside `most` of these faces."""
    rng = np.random.default_rng(seed)
    if len(faces.labels) > most:
        faces = faces[rng.permutation(len(faces.labels))[:most]]
    tests = folds(faces.labels, faces.groups, _INNER, seed)
    plain = Setting(1.0, 1.0 / faces.features.shape[1], False)
    if len(tests) < 2:
        return plain  # one person: nobody is left to ask about

    def quality(trial: optuna.Trial) -> float:
        setting = Setting(
            trial.suggest_float("cost", *_COST, log=True),
            trial.suggest_float("gamma", *_GAMMA, log=True),
            trial.suggest_categorical("balanced", (False, True)),
        )
        return recall(faces.labels, _held_out(faces, classes, setting, tests).argmin(1), classes)

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial({"cost": plain.cost, "gamma": plain.gamma, "balanced": plain.balanced})
    study.optimize(quality, n_trials=trials)
    return Setting(**study.best_params)


def train(
    faces: Faces, names: tuple[str, ...], setting: Setting, kind: str, basis: str = "", card: str = ""
) -> Machines:
    """Machines of all these faces; the temperature of their probabilities is that of faces held out in turn."""
    tests = folds(faces.labels, faces.groups, _INNER, 0)
    temperature = 1.0
    if len(tests) > 1:
        temperature = _temperature(_held_out(faces, len(names), setting, tests), faces.labels)
    return _machines(faces, names, setting, kind, basis, card, temperature)


def recall(labels: Ints, found: Ints, classes: int) -> float:
    """Mean over the classes that occur of the share that was recognised: the paper's "average accuracy per class"."""
    there = [kind for kind in range(classes) if (labels == kind).any()]
    return float(np.mean([(found[labels == kind] == kind).mean() for kind in there]))


def _held_out(faces: Faces, classes: int, setting: Setting, tests: list[Ints]) -> Floats:
    """(n, k) the losses of each face, by machines that saw nobody of its fold."""
    lost = np.zeros((len(faces.labels), classes))
    names = tuple(map(str, range(classes)))
    for test in tests:
        rest = np.setdiff1d(np.arange(len(faces.labels)), test)
        machines = _machines(faces[rest], names, setting, "", "", "", 1.0)
        lost[test] = losses(machines.scores(faces.features[test]), machines.code)
    return lost


def _machines(
    faces: Faces, names: tuple[str, ...], setting: Setting, kind: str, basis: str, card: str, temperature: float
) -> Machines:
    centre = faces.features.mean(0)
    scale = _scale(faces.features)
    scaled = (faces.features - centre) / scale
    # one machine tells two classes apart; of more, each has its own against all others
    code = np.array([[-1.0], [1.0]]) if len(names) == 2 else 2 * np.eye(len(names)) - 1
    machines = code.shape[1]
    duals, offsets = np.zeros((len(scaled), machines)), np.zeros(machines)
    for column in range(machines):
        wanted = code[faces.labels, column]
        if (wanted == wanted[0]).all():  # a class that this part lacks, or that alone is there
            offsets[column] = wanted[0]
            continue
        machine = SVC(C=setting.cost, gamma=setting.gamma, class_weight="balanced" if setting.balanced else None)
        machine.fit(scaled, wanted)
        duals[machine.support_, column] = machine.dual_coef_[0]
        offsets[column] = machine.intercept_[0]
    used: NDArray[np.bool_] = (duals != 0).any(1)
    used[0] = True  # one at least, where nothing could be learnt
    parts = (centre, scale, scaled[used], duals[used], offsets, code)
    return Machines(kind, names, basis, card, *parts, setting.gamma, temperature)


def _scale(features: Floats) -> Floats:
    """(d,) what each number is divided by: its spread; one that never varies must not decide when it does one day."""
    spread = features.std(0)
    return np.where(spread > _CONSTANT, spread, _NEVER)


def _temperature(lost: Floats, labels: Ints) -> float:
    """That under which the labels are most probable."""

    def surprise(logarithm: float) -> float:
        told = probabilities(lost, float(np.exp(logarithm)))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(told, 1e-12)).mean())

    found = minimize_scalar(surprise, bounds=tuple(np.log(_TEMPERATURES)), method="bounded")
    return float(np.exp(found.x))
