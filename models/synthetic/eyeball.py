"""The kernel that draws an eyeball: sclera, iris, pupil, caruncle and the lights' reflections, without a mesh."""

import math

from models.synthetic.compiled import compiled
from models.synthetic.parts import Bytes, Float


@compiled
def draw_eyeball(
    image: Float,
    depth: Float,
    position: Float,
    rotation: Float,
    lens: Float,
    centre: Float,
    radius: float,
    axes: Float,
    iris: Bytes,
    look: Float,
    lid: Float,
    lights: Float,
    ambient: float,
) -> None:
    """Draws the eyeball where nothing lies in front of it.

    axes: (3, 3) rows: the eye's right, up and gaze direction.
    look: iris radius cm, pupil over iris, iris brightness and contrast, pupil, sclera, limbus width cm, glint size,
        glint strength, lid shadow, flesh brightness, vein strength, how far the lid's shadow reaches cm.
    lid: (33, 2) height of the upper lid's and the lower lid's margin, cm, over equal steps of x whose first and last
        are lid[32].
    """
    height, width = image.shape
    iris_radius, pupil_radius = look[0], look[0] * look[1]
    cornea = 1.28 * iris_radius
    left, right = lid[32, 0], lid[32, 1]
    ox, oy, oz = centre[0] - position[0], centre[1] - position[1], centre[2] - position[2]
    ahead = rotation[2, 0] * ox + rotation[2, 1] * oy + rotation[2, 2] * oz
    if ahead < radius:
        return
    aside = rotation[0, 0] * ox + rotation[0, 1] * oy + rotation[0, 2] * oz
    above = rotation[1, 0] * ox + rotation[1, 1] * oy + rotation[1, 2] * oz
    reach = lens[0] * radius / (ahead - radius)
    column, row = lens[1] + lens[0] * aside / ahead, lens[2] - lens[0] * above / ahead
    y0, y1 = max(int(row - reach), 0), min(int(row + reach) + 1, height - 1)
    x0, x1 = max(int(column - reach), 0), min(int(column + reach) + 1, width - 1)
    distance_squared = ox * ox + oy * oy + oz * oz
    for y in range(y0, y1 + 1):
        for x in range(x0, x1 + 1):
            a, b = (x - lens[1]) / lens[0], (lens[2] - y) / lens[0]
            dx = a * rotation[0, 0] + b * rotation[1, 0] + rotation[2, 0]
            dy = a * rotation[0, 1] + b * rotation[1, 1] + rotation[2, 1]
            dz = a * rotation[0, 2] + b * rotation[1, 2] + rotation[2, 2]
            dd = a * a + b * b + 1.0
            od = ox * dx + oy * dy + oz * dz
            root = od * od - dd * (distance_squared - radius * radius)
            if root <= 0.0:
                continue
            t = (od - math.sqrt(root)) / dd
            if t <= 0.0 or 1.0 / t <= depth[y, x]:
                continue
            depth[y, x] = 1.0 / t
            hx, hy, hz = position[0] + t * dx, position[1] + t * dy, position[2] + t * dz
            nx, ny, nz = (hx - centre[0]) / radius, (hy - centre[1]) / radius, (hz - centre[2]) / radius
            u = (nx * axes[0, 0] + ny * axes[0, 1] + nz * axes[0, 2]) * radius
            v = (nx * axes[1, 0] + ny * axes[1, 1] + nz * axes[1, 2]) * radius
            facing = nx * axes[2, 0] + ny * axes[2, 1] + nz * axes[2, 2]
            rho = math.sqrt(u * u + v * v)
            # sclera: darker towards the corners, with a hint of vessels
            albedo = look[5] * (1.0 - 0.10 * min(max(rho - iris_radius, 0.0), 1.0))
            if rho > iris_radius:
                vein = math.sin(11.0 * v + 3.0 * math.sin(6.0 * u)) * math.sin(29.0 * v - 4.0 * u)
                albedo -= albedo * look[11] * vein * vein
            if facing > 0.0 and rho < iris_radius + look[6]:
                angle = math.atan2(v, u)
                turn = (angle / (2.0 * math.pi) + 1.0) % 1.0 * 256.0
                radial = min(max((rho - pupil_radius) / (iris_radius - pupil_radius), 0.0), 0.999) * 63.0
                iu, iv = int(turn) % 256, int(radial)
                fu, fv = turn - int(turn), radial - iv
                ju = (iu + 1) % 256
                value = (1 - fv) * ((1 - fu) * iris[iv, iu] + fu * iris[iv, ju]) + fv * (
                    (1 - fu) * iris[iv + 1, iu] + fu * iris[iv + 1, ju]
                )
                inside = look[2] * (1.0 + look[3] * (value / 128.0 - 1.0))
                inside *= 1.0 - 0.22 * (rho / iris_radius) ** 4
                edge = min(max((rho - pupil_radius) / 0.025 + 0.5, 0.0), 1.0)
                inside = look[4] + edge * (inside - look[4])
                limbus = min(max((rho - iris_radius + look[6]) / (2.0 * look[6]), 0.0), 1.0)
                albedo = inside + limbus * limbus * (3.0 - 2.0 * limbus) * (albedo - inside)
            # caruncle and the flesh of the corners
            across = (hx - left) / (right - left)
            flesh = max(min((0.13 - across) / 0.08, 1.0), min((across - 0.97) / 0.05, 1.0))
            if flesh > 0.0:
                albedo += flesh * (look[10] * (0.9 + 0.2 * math.sin(40.0 * hy)) - albedo)
            # light; inside the iris the cornea's steeper normals make the reflections
            cx, cy, cz = nx, ny, nz
            wet = 0.35
            if facing > 0.0 and rho < iris_radius:
                side = rho / cornea
                front = math.sqrt(1.0 - side * side)
                su, sv = (u / rho * side, v / rho * side) if rho > 1e-6 else (0.0, 0.0)
                cx = su * axes[0, 0] + sv * axes[1, 0] + front * axes[2, 0]
                cy = su * axes[0, 1] + sv * axes[1, 1] + front * axes[2, 1]
                cz = su * axes[0, 2] + sv * axes[1, 2] + front * axes[2, 2]
                wet = 1.0
            norm = 1.0 / math.sqrt(dd)
            diffuse, glint = ambient, 0.0
            for i in range(lights.shape[0]):
                lx, ly, lz = lights[i, 0] - hx, lights[i, 1] - hy, lights[i, 2] - hz
                squared = max(lx * lx + ly * ly + lz * lz, 0.3)
                inverse = 1.0 / math.sqrt(squared)
                lx, ly, lz = lx * inverse, ly * inverse, lz * inverse
                power = lights[i, 3] / squared
                diffuse += power * max((nx * lx + ny * ly + nz * lz + 0.25) / 1.25, 0.0)
                mx, my, mz = lx - dx * norm, ly - dy * norm, lz - dz * norm
                half = (cx * mx + cy * my + cz * mz) / math.sqrt(mx * mx + my * my + mz * mz + 1e-9)
                if 1.0 - half < 9.0 * look[7]:
                    glint += wet * math.exp(-(1.0 - half) / look[7])
            # the lids and their lashes shade the eye under them
            where = min(max(across, 0.0), 1.0) * 31.0
            i = min(int(where), 30)
            f = where - i
            upper = lid[i, 0] + f * (lid[i + 1, 0] - lid[i, 0])
            lower = lid[i, 1] + f * (lid[i + 1, 1] - lid[i, 1])
            shade = min(max((upper - hy) / look[12], 0.0), 1.0)
            shade = 1.0 - look[9] * (1.0 - shade * (2.0 - shade))
            shade *= 0.75 + 0.25 * min(max((hy - lower) / 0.12, 0.0), 1.0)
            image[y, x] = albedo * diffuse * shade + glint * look[8]
