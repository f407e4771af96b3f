"""matplotlib's figures as SVG that takes the colour of the page's text."""

import io
from collections.abc import Callable
from typing import Any, Final

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

TEXT: Final = "#010203"
"A colour that nothing else has, which becomes the page's own."
_STYLE: Final[Any] = {
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), TEXT),
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "none"),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right", "legend.frameon"), False),
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
}
_DOTS: Final = 160
"Dots an inch of what is drawn as pixels: a scatter of 15,000 pictures as shapes would be megabytes."


def svg(draw: Callable[[], Figure]) -> str:
    """The element of what `draw` draws, in the page's style."""
    with plt.rc_context(_STYLE):
        figure = draw()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", bbox_inches="tight", dpi=_DOTS, metadata={"Date": None, "Creator": None})
        plt.close(figure)
    return buffer.getvalue()[buffer.getvalue().index("<svg") :].replace(TEXT, "currentColor")
