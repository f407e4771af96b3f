"""The paper's figures 4, 5, 6 and 9 and two more, as SVG that takes the colour of the page's text."""

from collections.abc import Sequence
from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from models.drawing import TEXT, svg
from models.gaze.angles import direction
from models.gaze_emotion.emotions import BY_NUMBER, EMOTIONS
from models.gaze_emotion.relations import LENGTH, LINES, THRESHOLD, Faces, counted, related
from models.gaze_emotion.statistics import share

_SHOWN: Final = 4000
"Most pictures of one emotion that a scatter shows, evenly thinned out."


def histogram(faces: Faces) -> str:
    """How many pictures of each emotion (the paper's figure 4), direct and averted gaze apart."""
    counts = counted(faces, [emotion.number for emotion in EMOTIONS])

    def draw() -> Figure:
        figure, axes = plt.subplots(figsize=(6.4, 2.8))
        places = np.arange(len(EMOTIONS))
        colours = [emotion.colour for emotion in EMOTIONS]
        axes.bar(places, counts[:, 0], color=colours)
        axes.bar(places, counts[:, 1], bottom=counts[:, 0], color=colours, alpha=0.45, hatch="//", edgecolor=TEXT, lw=0)
        for place, number in zip(places, counts.sum(1), strict=True):
            axes.annotate(f"{number}", (place, number), (0, 2), textcoords="offset points", ha="center", fontsize=8)
        axes.set_xticks(places, [emotion.name for emotion in EMOTIONS])
        axes.set_ylabel("pictures (hatched: averted)")
        return figure

    return svg(draw)


def shares(faces: Faces) -> str:
    """Of each emotion, the share that looks away, with its 95 % interval."""
    counts = counted(faces, [emotion.number for emotion in EMOTIONS])

    def draw() -> Figure:
        figure, axes = plt.subplots(figsize=(6.4, 2.6))
        for place, (emotion, (direct, away)) in enumerate(zip(EMOTIONS, counts.tolist(), strict=True)):
            part, low, high = share(away, direct + away)
            if direct + away:
                axes.plot([place, place], [100 * low, 100 * high], color=emotion.colour, lw=3)
                marker = "s" if emotion.avoids else "o"
                axes.plot(place, 100 * part, marker, color=emotion.colour, ms=8, mec=TEXT, mew=0.8)
        axes.set_xticks(range(len(EMOTIONS)), [emotion.name for emotion in EMOTIONS])
        axes.set_xlim(-0.5, len(EMOTIONS) - 0.5)
        axes.set_ylabel("averted, % (square: avoids)")
        axes.set_ylim(bottom=0)
        return figure

    return svg(draw)


def flat(faces: Faces) -> str:
    """Pitch and yaw (the paper's figure 5), and where direct gaze ends."""

    def draw() -> Figure:
        figure, axes = plt.subplots(figsize=(6.0, 4.6))
        for emotion in EMOTIONS:
            gaze = np.degrees(_thinned(faces, emotion.number))
            style: dict[str, Any] = {"s": 7, "lw": 0, "alpha": 0.6, "color": emotion.colour, "rasterized": True}
            axes.scatter(gaze[:, 1], gaze[:, 0], label=f"{emotion.number} {emotion.name}", **style)
        axes.add_patch(Polygon(_border(), fill=False, ec=TEXT, lw=1, ls="--"))
        axes.set_xlabel("yaw, degrees (positive: to the picture's left)")
        axes.set_ylabel("pitch, degrees (positive: up)")
        axes.set_aspect("equal", "datalim")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), markerscale=2.0)
        return figure

    return svg(draw)


def _border() -> NDArray[np.float64]:
    """(n, 2) yaw and pitch in degrees at which a gaze's projected length is the threshold."""
    around = np.linspace(0, 2 * np.pi, 181)
    circle = THRESHOLD / LENGTH * np.stack([np.cos(around), np.sin(around)], 1)
    return np.asarray(np.degrees(np.arcsin(circle)), np.float64)


def solid(faces: Faces, numbers: Sequence[int]) -> str:
    """Directions on the unit sphere as the camera sees them (the paper's figures 6 and 9)."""

    def draw() -> Figure:
        figure = plt.figure(figsize=(4.6, 4.2))
        axes: Any = figure.add_subplot(projection="3d", computed_zorder=False)
        for number in numbers:
            x, y, z = direction(_thinned(faces, number)).T
            emotion = BY_NUMBER[number]
            style: dict[str, Any] = {"s": 7, "lw": 0, "alpha": 0.6, "color": emotion.colour, "rasterized": True}
            axes.scatter(x, -z, -y, label=f"{number} {emotion.name}", depthshade=False, **style)
        axes.set_xlabel("x, to the right")
        axes.set_ylabel("to the camera")
        axes.set_zlabel("up")
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.set_pane_color((0, 0, 0, 0))
            axis._axinfo["grid"]["color"] = "#88888855"
        axes.view_init(elev=18, azim=70)
        axes.locator_params(nbins=4)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, fontsize=8, markerscale=2.0)
        return figure

    return svg(draw)


def thresholds(faces: Faces, seed: int) -> str:
    """How the correlation of emotion types depends on where direct gaze ends, with its 95 % interval."""
    degrees = np.arange(4.0, 61.0, 4.0)
    found = [related(faces, LINES[1], LENGTH * float(np.sin(np.radians(angle))), seed, draws=1000) for angle in degrees]

    def draw() -> Figure:
        figure, axes = plt.subplots(figsize=(6.4, 2.6))
        low, high = np.array([relation.interval for relation in found]).T
        axes.fill_between(degrees, low, high, color="#0072b2", alpha=0.25, lw=0)
        axes.plot(degrees, [relation.correlation for relation in found], color="#0072b2", marker="o", ms=4)
        axes.axvline(float(np.degrees(np.arcsin(THRESHOLD / LENGTH))), color=TEXT, lw=1, ls="--")
        axes.axhline(0, color=TEXT, lw=0.6)
        axes.set_xlabel("averted from so many degrees on (dashed: the paper's 10√5 of 40)")
        axes.set_ylabel("correlation")
        return figure

    return svg(draw)


def _thinned(faces: Faces, number: int) -> NDArray[np.float64]:
    gaze: NDArray[np.float64] = faces.gaze[faces.emotion == number]
    return gaze[:: -(-len(gaze) // _SHOWN)] if len(gaze) else gaze
