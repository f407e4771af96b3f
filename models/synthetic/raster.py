"""Kernels that turn a posed half face into a picture: deformation, light, skin, eyeball and hairs.

Pictures are linear light in float32, rows downwards. Depth buffers hold 1 / depth (1/cm), 0 where nothing is.
Lights are rows of (x, y, z, strength) in the head frame; a camera is its position, a (3, 3) rotation whose rows are
right, up and forward, and (focal, centre x, centre y) in pixels.
"""

import math

import numpy as np

from models.synthetic.compiled import compiled
from models.synthetic.parts import Bytes, Float, Int


@compiled
def deform(base: Float, shapes: Float, weights: Float, centre: Float, radius: float, thickness: Float) -> Float:
    """Base plus weighted shapes; skin of the lids is kept `thickness` (V,) cm outside the eyeball where that is > 0."""
    out = base.copy()
    for s in range(weights.shape[0]):
        w = weights[s]
        if w != 0.0:
            for v in range(base.shape[0]):
                for k in range(3):
                    out[v, k] += w * shapes[s, v, k]
    for v in range(base.shape[0]):
        if thickness[v] > 0.0:
            x, y, z = out[v, 0] - centre[0], out[v, 1] - centre[1], out[v, 2] - centre[2]
            distance = math.sqrt(x * x + y * y + z * z)
            least = radius + thickness[v]
            if distance < least and z > 0.0:
                grow = least / distance
                out[v, 0], out[v, 1], out[v, 2] = centre[0] + x * grow, centre[1] + y * grow, centre[2] + z * grow
    return out


@compiled
def vertex_normals(points: Float, triangles: Int) -> Float:
    """Area-weighted unit normals (V, 3)."""
    normals = np.zeros_like(points)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
        vx, vy, vz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for v in (a, b, c):
            normals[v, 0] += nx
            normals[v, 1] += ny
            normals[v, 2] += nz
    for v in range(points.shape[0]):
        x, y, z = normals[v, 0], normals[v, 1], normals[v, 2]
        inverse = 1.0 / math.sqrt(x * x + y * y + z * z + 1e-20)
        normals[v, 0], normals[v, 1], normals[v, 2] = x * inverse, y * inverse, z * inverse
    return normals


@compiled
def light_vertices(
    points: Float, normals: Float, lights: Float, eye: Float, ambient: float, wrap: float, gloss: float
) -> Float:
    """(V, 4): diffuse light, its change along the face's x and y (for relief), and the highlight."""
    out = np.empty((points.shape[0], 4), np.float32)
    for v in range(points.shape[0]):
        px, py, pz = points[v, 0], points[v, 1], points[v, 2]
        nx, ny, nz = normals[v, 0], normals[v, 1], normals[v, 2]
        ex, ey, ez = eye[0] - px, eye[1] - py, eye[2] - pz
        inverse = 1.0 / math.sqrt(ex * ex + ey * ey + ez * ez)
        ex, ey, ez = ex * inverse, ey * inverse, ez * inverse
        diffuse, along_x, along_y, shine = ambient * (0.75 + 0.25 * ny), 0.0, 0.0, 0.0
        for i in range(lights.shape[0]):
            lx, ly, lz = lights[i, 0] - px, lights[i, 1] - py, lights[i, 2] - pz
            squared = max(lx * lx + ly * ly + lz * lz, 0.3)
            inverse = 1.0 / math.sqrt(squared)
            lx, ly, lz = lx * inverse, ly * inverse, lz * inverse
            power = lights[i, 3] / squared
            facing = nx * lx + ny * ly + nz * lz
            lit = (facing + wrap) / (1.0 + wrap)
            if lit > 0.0:
                diffuse += power * lit
                along_x += power * (lx - nx * facing)
                along_y += power * (ly - ny * facing)
                hx, hy, hz = lx + ex, ly + ey, lz + ez
                half = (nx * hx + ny * hy + nz * hz) / math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
                if half > 0.0 and facing > 0.0:
                    shine += power * half**gloss
        out[v, 0], out[v, 1], out[v, 2], out[v, 3] = diffuse, along_x, along_y, shine
    return out


@compiled
def project(points: Float, position: Float, rotation: Float, lens: Float) -> Float:
    """(V, 3): column, row and 1 / depth; 1 / depth is negative behind the camera."""
    out = np.empty((points.shape[0], 3), np.float32)
    for v in range(points.shape[0]):
        x, y, z = points[v, 0] - position[0], points[v, 1] - position[1], points[v, 2] - position[2]
        depth = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z
        if depth < 0.2:
            out[v, 0], out[v, 1], out[v, 2] = 0.0, 0.0, -1.0
            continue
        inverse = 1.0 / depth
        out[v, 0] = lens[1] + lens[0] * inverse * (rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z)
        out[v, 1] = lens[2] - lens[0] * inverse * (rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z)
        out[v, 2] = inverse
    return out


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
    creases: (C, C, 3) slope along x and y, and darkening, of this moment's creases.
    """
    height, width = image.shape
    size = skin.shape[0]
    coarse = creases.shape[0]
    ratio = coarse / size
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za < 0.0 or zb < 0.0 or zc < 0.0:
            continue
        ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area >= 0.0:  # rows grow downwards: what faces the camera turns clockwise
            continue
        x0, x1 = max(math.ceil(min(ax, bx, cx)), 0), min(math.floor(max(ax, bx, cx)), width - 1)
        y0, y1 = max(math.ceil(min(ay, by, cy)), 0), min(math.floor(max(ay, by, cy)), height - 1)
        if x0 > x1 or y0 > y1:
            continue
        inverse = 1.0 / area
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) * inverse
                wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) * inverse
                wa = 1.0 - wb - wc
                if wa < 0.0 or wb < 0.0 or wc < 0.0:
                    continue
                z = wa * za + wb * zb + wc * zc
                if z <= depth[y, x]:
                    continue
                depth[y, x] = z
                u = min(max(wa * uv[a, 0] + wb * uv[b, 0] + wc * uv[c, 0], 0.0), size - 1.001)
                v = min(max(wa * uv[a, 1] + wb * uv[b, 1] + wc * uv[c, 1], 0.0), size - 1.001)
                iu, iv = int(u), int(v)
                fu, fv = u - iu, v - iv
                w00, w01, w10, w11 = (1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv
                albedo = (
                    w00 * skin[iv, iu, 0]
                    + w01 * skin[iv, iu + 1, 0]
                    + w10 * skin[iv + 1, iu, 0]
                    + w11 * skin[iv + 1, iu + 1, 0]
                )
                if lid_down > 0.0:
                    albedo += lid_down * (
                        w00 * skin[iv, iu, 3]
                        + w01 * skin[iv, iu + 1, 3]
                        + w10 * skin[iv + 1, iu, 3]
                        + w11 * skin[iv + 1, iu + 1, 3]
                        - albedo
                    )
                slope_x = (
                    w00 * skin[iv, iu, 1]
                    + w01 * skin[iv, iu + 1, 1]
                    + w10 * skin[iv + 1, iu, 1]
                    + w11 * skin[iv + 1, iu + 1, 1]
                    - 128.0
                ) * relief
                slope_y = (
                    w00 * skin[iv, iu, 2]
                    + w01 * skin[iv, iu + 1, 2]
                    + w10 * skin[iv + 1, iu, 2]
                    + w11 * skin[iv + 1, iu + 1, 2]
                    - 128.0
                ) * relief
                cu, cv = min(u * ratio, coarse - 1.001), min(v * ratio, coarse - 1.001)
                iu, iv = int(cu), int(cv)
                fu, fv = cu - iu, cv - iv
                w00, w01, w10, w11 = (1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv
                k00, k01, k10, k11 = creases[iv, iu], creases[iv, iu + 1], creases[iv + 1, iu], creases[iv + 1, iu + 1]
                slope_x += w00 * k00[0] + w01 * k01[0] + w10 * k10[0] + w11 * k11[0]
                slope_y += w00 * k00[1] + w01 * k01[1] + w10 * k10[1] + w11 * k11[1]
                albedo *= 1.0 - (w00 * k00[2] + w01 * k01[2] + w10 * k10[2] + w11 * k11[2])
                diffuse = wa * light[a, 0] + wb * light[b, 0] + wc * light[c, 0]
                bump = slope_x * (wa * light[a, 1] + wb * light[b, 1] + wc * light[c, 1]) + slope_y * (
                    wa * light[a, 2] + wb * light[b, 2] + wc * light[c, 2]
                )
                diffuse = max(diffuse - bump, 0.12 * diffuse)
                glint = (wa * light[a, 3] + wb * light[b, 3] + wc * light[c, 3]) * (
                    1.0 + 7.0 * (abs(slope_x) + abs(slope_y))
                )
                image[y, x] = albedo * (1.0 / 255.0) * diffuse + shine * glint


@compiled
def draw_hairs(image: Float, depth: Float, screen: Float, widths: Float, shade: Float, slack: float) -> None:
    """Hairs as tapering lines over the image.

    screen: (H, P, 3) projected points from root to tip; widths: (H,) cm at the root times focal length in pixels;
    shade: (H,) linear light; slack: relative depth by which a hair may lie inside the skin and still be seen.
    """
    height, width = image.shape
    steps = screen.shape[1] - 1
    for h in range(screen.shape[0]):
        for s in range(steps):
            ax, ay, za = screen[h, s, 0], screen[h, s, 1], screen[h, s, 2]
            bx, by, zb = screen[h, s + 1, 0], screen[h, s + 1, 1], screen[h, s + 1, 2]
            if za <= 0.0 or zb <= 0.0:
                continue
            taper = 1.0 - 0.75 * (s + 0.5) / steps
            thick = widths[h] * taper * 0.5 * (za + zb)
            strength = min(thick, 1.0)
            reach = 0.5 * max(thick, 1.0)
            x0 = max(math.floor(min(ax, bx) - reach - 1.0), 0)
            x1 = min(math.ceil(max(ax, bx) + reach + 1.0), width - 1)
            y0 = max(math.floor(min(ay, by) - reach - 1.0), 0)
            y1 = min(math.ceil(max(ay, by) + reach + 1.0), height - 1)
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy + 1e-6
            for y in range(y0, y1 + 1):
                for x in range(x0, x1 + 1):
                    along = ((x - ax) * dx + (y - ay) * dy) / length
                    if along < 0.0 and s > 0:
                        continue
                    clipped = min(max(along, 0.0), 1.0)
                    ox, oy = x - ax - clipped * dx, y - ay - clipped * dy
                    cover = min(max(reach + 0.5 - math.sqrt(ox * ox + oy * oy), 0.0), 1.0) * strength
                    if cover > 0.0 and (za + clipped * (zb - za)) * (1.0 + slack) > depth[y, x]:
                        image[y, x] += cover * (shade[h] - image[y, x])
