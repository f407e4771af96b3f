import { id, write } from "../dom";
import type { Link } from "../link";
import type { Status } from "../messages";

const SECONDS = 5;

/** The button that captures a neutral face, and its countdown. */
export class Neutral {
  private readonly button = id<HTMLButtonElement>("capture");
  private readonly countdown = id("countdown");

  constructor(link: Link) {
    this.button.addEventListener("click", () => link.send({ type: "capture_neutral", seconds: SECONDS }));
    id("forget").addEventListener("click", () => link.send({ type: "forget_neutral" }));
  }

  tell({ progress, neutral }: Status): void {
    const busy = progress !== null;
    this.countdown.hidden = !busy;
    this.button.disabled = busy;
    document.body.classList.toggle("capturing", busy);
    write(this.button, neutral ? "Capture neutral again" : "Capture neutral");
    if (busy) write(id("countdown-number"), String(Math.max(1, Math.ceil((1 - progress) * SECONDS))));
  }
}
