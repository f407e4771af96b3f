"""Kernels that turn a posed half face into a picture: deformation, light, projection and hairs.

Pictures are linear light in float32, rows downwards. Depth buffers hold 1 / depth (1/cm), 0 where nothing is.
Lights are rows of (x, y, z, strength) in the head frame; a camera is its position, a (3, 3) rotation whose rows are
right, up and forward, and (focal, centre x, centre y) in pixels.
"""

import math

import numpy as np

from models.synthetic.compiled import compiled
from models.synthetic.parts import Float, Int


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
                    shine += power * half / (gloss - gloss * half + half)  # Schlick's stand-in for half ** gloss
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
def draw_hairs(
    image: Float, depth: Float, screen: Float, widths: Float, shade: Float, slack: float, blur: float
) -> None:
    """Hairs as tapering lines over the image.

    screen: (H, P, 3) projected points from root to tip; widths: (H,) cm at the root times focal length in pixels;
    shade: (H,) linear light; slack: relative depth by which a hair may lie inside the skin and still be seen;
    blur: pixels by which it is out of focus.
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
            reach = 0.5 * max(thick, 1.0) + blur
            strength = 0.5 * thick / reach
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


@compiled
def combine(layers: Float, extents: Int, weights: Float) -> Float:
    """(C, C, 3) weighted sum of (L, C, C, 3) layers, each zero outside its extent; (0, 0, 3) when no weight counts.

    extents: (L, 4) first row, row after the last, first column, column after the last.
    """
    if weights.max() < 0.02:
        return np.empty((0, 0, 3), np.float32)
    out = np.zeros(layers.shape[1:], np.float32)
    for n in range(weights.shape[0]):
        weight = weights[n]
        if weight >= 0.02:
            for i in range(extents[n, 0], extents[n, 1]):
                for j in range(extents[n, 2], extents[n, 3]):
                    for k in range(3):
                        out[i, j, k] += weight * layers[n, i, j, k]
    return out


@compiled
def pose(base: Float, shapes: Float, weights: Float, index: Int) -> Float:
    """(n, 3) the vertices of `index` in a pose."""
    out = np.empty((index.shape[0], 3), np.float32)
    for i in range(index.shape[0]):
        for k in range(3):
            value = base[index[i], k]
            for s in range(weights.shape[0]):
                value += weights[s] * shapes[s, index[i], k]
            out[i, k] = value
    return out


@compiled
def grow_hairs(points: Float, cards: Int, hairs: Float) -> Float:
    """(H, 6, 3) lashes from root to tip: places on the lash cards, shortened, leaning and curled.

    cards: (6, 19, 6) vertices; hairs: (H, 6) card, place along it, length, thickness, lean cm, curl cm.
    """
    out = np.empty((hairs.shape[0], 6, 3), np.float32)
    for h in range(hairs.shape[0]):
        card = int(hairs[h, 0])
        along = hairs[h, 1] * 18.0
        column = min(int(along), 17)
        share = along - column
        near, far = cards[card, column], cards[card, column + 1]
        sx = points[far[0], 0] - points[near[0], 0]
        sy = points[far[0], 1] - points[near[0], 1]
        sz = points[far[0], 2] - points[near[0], 2]
        lean = hairs[h, 4] / math.sqrt(sx * sx + sy * sy + sz * sz + 1e-9)
        curl = hairs[h, 5] if card < 3 else -hairs[h, 5]
        for p in range(6):
            t = p / 5.0
            for k in range(3):
                root = points[near[0], k] + share * (points[far[0], k] - points[near[0], k])
                here = points[near[p], k] + share * (points[far[p], k] - points[near[p], k])
                out[h, p, k] = root + hairs[h, 2] * (here - root)
            out[h, p, 0] += lean * t * sx
            out[h, p, 1] += lean * t * sy + curl * t * t
            out[h, p, 2] += lean * t * sz
    return out
