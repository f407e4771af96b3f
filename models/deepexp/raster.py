"""Kernels that draw a coloured mesh: its pose, its light in three colours, and its triangles with a texture."""

import math

import numpy as np

from models.synthetic.compiled import compiled
from models.synthetic.parts import Float, Int


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


@compiled
def draw_mesh(
    image: Float, depth: Float, screen: Float, uv: Float, light: Float, shine: Float, triangles: Int, texture: Float
) -> None:
    """Fills image (H, W, 3), linear light, and depth (H, W), 1 / depth, with what of a mesh faces the camera.

    screen: (n, 3) see raster.project. uv: (n, 2) column and row in texture (T, T, 3). light: (n, 3) what the texture's
    albedo is multiplied by. shine: (n,) highlight that is added.
    """
    height, width = depth.shape
    last = texture.shape[0] - 1.001
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za < 0.0 or zb < 0.0 or zc < 0.0:
            continue
        ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area >= 0.0:  # rows grow downwards: what faces the camera turns the other way
            continue
        x0, x1 = max(math.ceil(min(ax, bx, cx)), 0), min(math.floor(max(ax, bx, cx)), width - 1)
        y0, y1 = max(math.ceil(min(ay, by, cy)), 0), min(math.floor(max(ay, by, cy)), height - 1)
        if x0 > x1 or y0 > y1:
            continue
        inverse = 1.0 / area
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) * inverse
                wc = ((y - ay) * (bx - ax) - (x - ax) * (by - ay)) * inverse
                wa = 1.0 - wb - wc
                if wa < -1e-4 or wb < -1e-4 or wc < -1e-4:
                    continue
                z = wa * za + wb * zb + wc * zc
                if z <= depth[y, x]:
                    continue
                depth[y, x] = z
                u = min(max(wa * uv[a, 0] + wb * uv[b, 0] + wc * uv[c, 0], 0.0), last)
                v = min(max(wa * uv[a, 1] + wb * uv[b, 1] + wc * uv[c, 1], 0.0), last)
                i, j = int(u), int(v)
                fu, fv = u - i, v - j
                glint = wa * shine[a] + wb * shine[b] + wc * shine[c]
                for k in range(3):
                    upper = texture[j, i, k] + fu * (texture[j, i + 1, k] - texture[j, i, k])
                    lower = texture[j + 1, i, k] + fu * (texture[j + 1, i + 1, k] - texture[j + 1, i, k])
                    lit = wa * light[a, k] + wb * light[b, k] + wc * light[c, k]
                    image[y, x, k] = (upper + fv * (lower - upper)) * lit + glint
