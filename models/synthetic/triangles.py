"""Kernels that fill triangles: with the skin of an infrared picture, and with a coloured texture.

What both do with a triangle is here once, and here because numba's cache watches the file of a kernel alone: it would
keep machine code of a helper that has changed in another file.
"""

import math

from models.synthetic.compiled import compiled
from models.synthetic.parts import Bytes, Float, Int


@compiled
def _window(screen: Float, a: int, b: int, c: int, height: int, width: int) -> tuple[float, int, int, int, int]:
    """Twice the area of a triangle on the screen, and its first and last column and row in the picture.

    The area is negative; 0 for a triangle that is not drawn, because it is turned away, outside or behind the camera.
    """
    ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    x0, x1 = max(math.ceil(min(ax, bx, cx)), 0), min(math.floor(max(ax, bx, cx)), width - 1)
    y0, y1 = max(math.ceil(min(ay, by, cy)), 0), min(math.floor(max(ay, by, cy)), height - 1)
    behind = screen[a, 2] < 0.0 or screen[b, 2] < 0.0 or screen[c, 2] < 0.0
    if behind or area >= 0.0 or x0 > x1 or y0 > y1:  # rows grow downwards: what faces the camera turns the other way
        area = 0.0
    return area, x0, x1, y0, y1


@compiled
def _span(start: float, step: float, first: int, last: int) -> tuple[int, int]:
    """The columns of first..last where start + step * column is not negative; a hair wider, so that no seam opens."""
    if step > 1e-9:
        return max(first, math.ceil(-start / step - 1e-4)), last
    if step < -1e-9:
        return first, min(last, math.floor(-start / step + 1e-4))
    return (first, last) if start > -1e-6 else (1, 0)


@compiled
def _albedo(skin: Bytes, u: float, v: float, lid_down: float) -> float:
    """Albedo 0..255 at (column u, row v), lid_down of the way to that of the smoothed lid."""
    i, j = int(u), int(v)
    fu, fv = u - i, v - j
    w00, w01, w10, w11 = (1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv
    albedo: float = (
        w00 * skin[j, i, 0] + w01 * skin[j, i + 1, 0] + w10 * skin[j + 1, i, 0] + w11 * skin[j + 1, i + 1, 0]
    )
    if lid_down > 0.0:
        smooth = w00 * skin[j, i, 3] + w01 * skin[j, i + 1, 3] + w10 * skin[j + 1, i, 3] + w11 * skin[j + 1, i + 1, 3]
        albedo += lid_down * (smooth - albedo)
    return albedo


@compiled
def _crease(creases: Float, u: float, v: float) -> tuple[float, float, float]:
    """Slope along x and y and darkening of the creases at (column u, row v)."""
    i, j = int(u), int(v)
    fu, fv = u - i, v - j
    w00, w01, w10, w11 = (1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv
    j1, i1 = j + 1, i + 1
    return (
        w00 * creases[j, i, 0] + w01 * creases[j, i1, 0] + w10 * creases[j1, i, 0] + w11 * creases[j1, i1, 0],
        w00 * creases[j, i, 1] + w01 * creases[j, i1, 1] + w10 * creases[j1, i, 1] + w11 * creases[j1, i1, 1],
        w00 * creases[j, i, 2] + w01 * creases[j, i1, 2] + w10 * creases[j1, i, 2] + w11 * creases[j1, i1, 2],
    )


@compiled
def draw_skin(
    image: Float,
    depth: Float,
    screen: Float,
    uv: Float,
    light: Float,
    triangles: Int,
    skin: Bytes,
    creases: Float,
    lid_down: float,
    relief: float,
    shine: float,
) -> None:
    """Fills image and depth with skin.

    skin: (T, T, 4) albedo, slope along x and y (128 is level), albedo with the lid smoothed.
    creases: (C, C, 3) slope along x and y, and darkening, of this moment's creases; (0, 0, 3) for none.
    """
    height, width = image.shape
    last = skin.shape[0] - 1.001
    ratio, coarse_last = creases.shape[0] / skin.shape[0], creases.shape[0] - 1.001
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        area, x0, x1, y0, y1 = _window(screen, a, b, c, height, width)
        if area >= 0.0:
            continue
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        b_x, b_y = (cy - ay) / area, (ax - cx) / area
        c_x, c_y = (ay - by) / area, (bx - ax) / area
        zb, zc = zb - za, zc - za
        ua, ub, uc = uv[a, 0], uv[b, 0] - uv[a, 0], uv[c, 0] - uv[a, 0]
        va, vb, vc = uv[a, 1], uv[b, 1] - uv[a, 1], uv[c, 1] - uv[a, 1]
        da, db, dc = light[a, 0], light[b, 0] - light[a, 0], light[c, 0] - light[a, 0]
        la, lb, lc = light[a, 1], light[b, 1] - light[a, 1], light[c, 1] - light[a, 1]
        ma, mb, mc = light[a, 2], light[b, 2] - light[a, 2], light[c, 2] - light[a, 2]
        ga, gb, gc = light[a, 3], light[b, 3] - light[a, 3], light[c, 3] - light[a, 3]
        for y in range(y0, y1 + 1):
            b_0, c_0 = (y - ay) * b_y - ax * b_x, (y - ay) * c_y - ax * c_x
            first, last_x = _span(b_0, b_x, x0, x1)
            first, last_x = _span(c_0, c_x, first, last_x)
            first, last_x = _span(1.0 - b_0 - c_0, -b_x - c_x, first, last_x)
            for x in range(first, last_x + 1):
                wb, wc = b_0 + x * b_x, c_0 + x * c_x
                z = za + wb * zb + wc * zc
                if z <= depth[y, x]:
                    continue
                depth[y, x] = z
                u = min(max(ua + wb * ub + wc * uc, 0.0), last)
                v = min(max(va + wb * vb + wc * vc, 0.0), last)
                albedo = _albedo(skin, u, v, lid_down) * (1.0 / 255.0)
                slope_x = (skin[int(v + 0.5), int(u + 0.5), 1] - 128.0) * relief
                slope_y = (skin[int(v + 0.5), int(u + 0.5), 2] - 128.0) * relief
                if ratio > 0.0:
                    fold_x, fold_y, dark = _crease(creases, min(u * ratio, coarse_last), min(v * ratio, coarse_last))
                    slope_x, slope_y, albedo = slope_x + fold_x, slope_y + fold_y, albedo * (1.0 - dark)
                diffuse, glint = da + wb * db + wc * dc, ga + wb * gb + wc * gc
                along_x, along_y = la + wb * lb + wc * lc, ma + wb * mb + wc * mc
                shaded = max(diffuse - slope_x * along_x - slope_y * along_y, 0.12 * diffuse)
                image[y, x] = albedo * shaded + shine * glint * (1.0 + 7.0 * (abs(slope_x) + abs(slope_y)))


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
        area, x0, x1, y0, y1 = _window(screen, a, b, c, height, width)
        if area >= 0.0:
            continue
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
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
