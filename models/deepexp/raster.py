"""Kernels that make a coloured mesh ready to be drawn: its pose, and its light in three colours."""

import math

import numpy as np

from models.synthetic.compiled import compiled
from models.synthetic.parts import Float


@compiled
def moved(base: Float, shapes: Float, weights: Float) -> Float:
    """(n, 3) base plus weighted shapes (s, n, 3)."""
    out = base.copy()
    for s in range(weights.shape[0]):
        w = weights[s]
        if w != 0.0:
            for v in range(base.shape[0]):
                out[v, 0] += w * shapes[s, v, 0]
                out[v, 1] += w * shapes[s, v, 1]
                out[v, 2] += w * shapes[s, v, 2]
    return out


@compiled
def lit(
    points: Float, normals: Float, eye: Float, lamps: Float, colours: Float, tint: Float, wrap: float, gloss: float
) -> tuple[Float, Float]:
    """(n, 3) light on every vertex times its tint, and (n,) the lamps' highlights.

    lamps: (k, 4) direction towards a lamp far away, and its strength. colours: (k + 1, 3) of the lamps, then of the
    light from everywhere, a little more of it from above.
    """
    light, glint = np.empty((points.shape[0], 3), np.float32), np.zeros(points.shape[0], np.float32)
    last = lamps.shape[0]
    for v in range(points.shape[0]):
        nx, ny, nz = normals[v, 0], normals[v, 1], normals[v, 2]
        ex, ey, ez = eye[0] - points[v, 0], eye[1] - points[v, 1], eye[2] - points[v, 2]
        inverse = 1.0 / math.sqrt(ex * ex + ey * ey + ez * ez)
        around = 0.75 + 0.25 * ny
        red, green, blue = around * colours[last, 0], around * colours[last, 1], around * colours[last, 2]
        for i in range(last):
            lx, ly, lz = lamps[i, 0], lamps[i, 1], lamps[i, 2]
            facing = nx * lx + ny * ly + nz * lz
            strength = lamps[i, 3] * (facing + wrap) / (1.0 + wrap)
            if strength > 0.0:
                red += strength * colours[i, 0]
                green += strength * colours[i, 1]
                blue += strength * colours[i, 2]
                hx, hy, hz = lx + ex * inverse, ly + ey * inverse, lz + ez * inverse
                half = (nx * hx + ny * hy + nz * hz) / math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
                if half > 0.0 and facing > 0.0:
                    glint[v] += lamps[i, 3] * half / (gloss - gloss * half + half)  # Schlick's for half ** gloss
        light[v, 0], light[v, 1], light[v, 2] = red * tint[v, 0], green * tint[v, 1], blue * tint[v, 2]
    return light, glint
