import { el } from "../dom";

/** Left, top, width, height as fractions of the picture. */
export type Crop = [number, number, number, number];

const SMALLEST = 0.05;
const STEP = { fine: 0.005, coarse: 0.05 };
const CORNERS = ["nw", "ne", "sw", "se"] as const;
const MOVES: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The part of a camera's picture that is used: a frame to drag, to pull at its corners, or to move with the arrow keys
 * (Shift for more, + and - for its size). It always has the shape of what the network sees.
 */
export class CropBox {
  readonly place = el("div", "crop", ...CORNERS.map((corner) => el("i", corner)));
  private crop: Crop = [0, 0, 1, 1];
  /** Width over height of the frame, both as fractions of the picture's. */
  private shape = 1;
  private grip?: { corner: string; from: Crop; x: number; y: number };

  constructor(
    name: string,
    private readonly changed: (crop: Crop) => void,
  ) {
    this.place.tabIndex = 0;
    this.place.setAttribute("role", "group");
    this.place.setAttribute("aria-label", `${name}: part of the picture that is used. Arrow keys move it, plus and minus change its size.`);
    this.place.addEventListener("pointerdown", (event) => this.hold(event));
    this.place.addEventListener("pointermove", (event) => this.pull(event));
    for (const end of ["pointerup", "pointercancel"] as const) this.place.addEventListener(end, () => (this.grip = undefined));
    this.place.addEventListener("keydown", (event) => this.press(event));
  }

  /** Shows a crop; `shape` is that of the network's view, over the picture's own. */
  show(crop: Crop, shape: number): void {
    this.shape = shape;
    this.set(covered(crop, shape));
  }

  /** The largest frame there is. */
  widen(): void {
    this.set(covered([0, 0, 1, 1], this.shape));
    this.changed(this.crop);
  }

  private set(crop: Crop): void {
    this.crop = crop;
    const [left, top, width, height] = crop.map((part) => `${(100 * part).toFixed(3)}%`) as [string, string, string, string];
    Object.assign(this.place.style, { left, top, width, height });
  }

  private change(crop: Crop): void {
    this.set(crop);
    this.changed(crop);
  }

  private hold(event: PointerEvent): void {
    if (event.button !== 0) return;
    const corner = event.target instanceof HTMLElement && event.target !== this.place ? event.target.className : "";
    this.grip = { corner, from: this.crop, ...this.at(event) };
    this.place.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.place.focus({ preventScroll: true });
  }

  private pull(event: PointerEvent): void {
    if (!this.grip) return;
    const { corner, from, x, y } = this.grip;
    const now = this.at(event);
    this.change(corner ? this.stretched(corner, from, now.x - x, now.y - y) : moved(from, now.x - x, now.y - y));
  }

  /** The opposite corner stays where it is. */
  private stretched(corner: string, [left, top, width, height]: Crop, x: number, y: number): Crop {
    const west = corner.endsWith("w");
    const north = corner.startsWith("n");
    const [anchorX, anchorY] = [west ? left + width : left, north ? top + height : top];
    const wanted = Math.max(height + (north ? -y : y), (width + (west ? -x : x)) / this.shape);
    const room = Math.min(north ? anchorY : 1 - anchorY, (west ? anchorX : 1 - anchorX) / this.shape);
    const tall = Math.min(Math.max(wanted, this.smallest), room);
    const wide = tall * this.shape;
    return [west ? anchorX - wide : anchorX, north ? anchorY - tall : anchorY, wide, tall];
  }

  private press(event: KeyboardEvent): void {
    const step = event.shiftKey ? STEP.coarse : STEP.fine;
    const move = MOVES[event.key];
    const grow = { "+": 1, "=": 1, "-": -1, _: -1 }[event.key];
    if (move) this.change(moved(this.crop, move[0] * step, move[1] * step));
    else if (grow) this.change(this.grown(2 * grow * STEP.fine));
    else return;
    event.preventDefault();
  }

  private grown(by: number): Crop {
    const [left, top, width, height] = this.crop;
    const tall = Math.min(Math.max(height + by, this.smallest), 1, 1 / this.shape);
    const wide = tall * this.shape;
    return moved([left + (width - wide) / 2, top + (height - tall) / 2, wide, tall], 0, 0);
  }

  private get smallest(): number {
    return Math.max(SMALLEST, SMALLEST / this.shape);
  }

  /** Where the pointer is, as fractions of the picture. */
  private at({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    const { left, top, width, height } = this.place.parentElement!.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  }
}

/** The largest middle part with the wanted shape, as bridge/rectification.py takes it. */
function covered([left, top, width, height]: Crop, shape: number): Crop {
  const wide = Math.min(width, height * shape);
  const tall = Math.min(height, width / shape);
  return [left + (width - wide) / 2, top + (height - tall) / 2, wide, tall];
}

function moved([left, top, width, height]: Crop, x: number, y: number): Crop {
  return [Math.min(Math.max(left + x, 0), 1 - width), Math.min(Math.max(top + y, 0), 1 - height), width, height];
}
