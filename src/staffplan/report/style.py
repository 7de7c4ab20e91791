"""How every picture looks: colours that colour-blind readers tell apart, one font, the same bytes each time.

Palette: M. Okabe and K. Ito, "Color Universal Design", 2002/2008, section "Set of colors that is unambiguous both
to colorblinds and non-colorblinds", jfly.uni-koeln.de/color. Colour is never the only cue: lines differ in dash,
areas in hatch, marks in shape.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from PIL import Image

from staffplan.errors import visible

BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, YELLOW = "#56B4E9", "#CC79A7", "#F0E442"
INK, GREY, LIGHT = "#1f2933", "#66727f", "#d9dee4"
AREAS = ((SKY, "///"), (ORANGE, "..."), (GREEN, "\\\\\\"), (PURPLE, "xxx"), (YELLOW, "---"), (BLUE, "+++"))
"""Colour and hatch of areas that stand for groups, in turn."""

FONT = "DejaVu Sans"
PNG_DPI = 144
PNG_COLOURS = 256

_RC: Any = {
    "font.family": FONT,
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LIGHT,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
_PLAIN: Any = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"} | _RC
"""Every setting: what whoever imports us has set for pictures of their own does not count."""

Draw = Callable[[Axes], Axes]
Numbers = NDArray[np.floating[Any]]


def png(draw: Draw, width_inches: float, height_inches: float) -> bytes:
    """The picture as PNG with a palette of PNG_COLOURS: a third of the size, the same to the eye."""
    with mpl.rc_context(_PLAIN):
        figure = Figure(figsize=(width_inches, height_inches), dpi=PNG_DPI, layout="constrained")
        canvas: Any = FigureCanvasAgg(figure)
        draw(figure.add_subplot())
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3])
    out = io.BytesIO()
    image.quantize(PNG_COLOURS, Image.Quantize.FASTOCTREE).save(out, "png", compress_level=7)
    return out.getvalue()


@cache
def _drawable_characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())


def drawable(text: str) -> str:
    """The text with characters that the font does not have replaced by a box."""
    known = _drawable_characters()
    return "".join(char if ord(char) in known else "□" for char in visible(text))


def shortened(text: str, most: int = 28) -> str:
    """A label that fits: drawable, and cut with an ellipsis."""
    clean = drawable(text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def stamp(ax: Axes, x: Numbers, y: Numbers, text: str, *, size_points: float) -> None:
    """Write one short text, centred, at many places of the data: a single artist, as one for each takes seconds. `x`
    and `y`: (places,)."""
    if not text:
        return
    outline = TextPath((0, 0), drawable(text), size=size_points, prop=FontProperties(family=FONT))
    box = outline.get_extents()
    centred = outline.transformed(Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2))
    marks = PathCollection(
        [centred],
        offsets=np.column_stack([x, y]),
        offset_transform=ax.transData,
        facecolors=INK,
        linewidths=0,
    )
    marks.set_transform(Affine2D().scale(ax.figure.dpi / 72))
    marks.set_gid(text)
    marks.set_in_layout(False)
    marks.set_zorder(3)
    ax.add_collection(marks, autolim=False)
