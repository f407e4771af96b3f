import { el, id } from "../dom";
import type { Frame, Side } from "../messages";

const SIDES: readonly Side[] = ["left", "right"];
/** Degrees of gaze at the rim of a dial. */
const RIM = 40;

/** The two eye pictures as the network sees them, a dial with each eye's gaze, and the neutral image. */
export class Eyes {
  private readonly pictures = SIDES.map((side) => {
    const canvas = el("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Picture of the wearer's ${side} eye`);
    const dot = el("span", "dot");
    const note = el("span", "note");
    const caption = el("figcaption", "", side === "left" ? "Left eye" : "Right eye", note);
    const figure = el("figure", side, canvas, el("span", "dial", dot), caption);
    return { canvas, dot, note, figure };
  });
  private readonly neutral = id("neutral");
  private readonly guide = id("guide-eyes");

  constructor(place: HTMLElement) {
    place.replaceChildren(...this.pictures.map(({ figure }) => figure));
  }

  async show(jpeg: Blob): Promise<void> {
    const shown = this.guide.offsetParent ? [...this.guide.querySelectorAll("canvas")] : this.pictures.map(({ canvas }) => canvas);
    split(await createImageBitmap(jpeg), shown);
  }

  async showNeutral(jpeg: Blob): Promise<void> {
    split(await createImageBitmap(jpeg), [...this.neutral.querySelectorAll("canvas")]);
  }

  hasNeutral(yes: boolean): void {
    this.neutral.hidden = !yes;
  }

  move(gaze: Float32Array): void {
    this.pictures.forEach(({ dot }, i) => {
      // Positive yaw is towards the wearer's left, which lies right of us who face them.
      const x = Math.min(Math.max(gaze[2 * i]! / RIM, -1), 1);
      const y = Math.min(Math.max(-gaze[2 * i + 1]! / RIM, -1), 1);
      dot.style.transform = `translate(${(x * 11).toFixed(1)}px, ${(y * 11).toFixed(1)}px)`;
    });
  }

  tell({ seen, mirrored }: Frame): void {
    this.pictures.forEach(({ figure, note }, i) => {
      figure.classList.toggle("unseen", !seen[i]);
      note.textContent = mirrored[i] ? "mirrored" : seen[i] ? "" : "not seen";
    });
  }
}

/** Draws the left and the right half of a pair. */
export function split(pair: ImageBitmap, halves: readonly HTMLCanvasElement[]): void {
  const [width, height] = [pair.width / 2, pair.height];
  halves.forEach((canvas, i) => {
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    canvas.getContext("2d")!.drawImage(pair, i * width, 0, width, height, 0, 0, width, height);
  });
  pair.close();
}
