import { id, write } from "../dom";
import type { Link } from "../link";
import type { Status } from "../messages";

/** Seconds of a whole neutral, and of a short one for a headset that has moved. */
const SECONDS = { capture: 5, recenter: 1 };

/** The buttons that take a neutral face, and its countdown. */
export class Neutral {
  private readonly buttons = Object.entries(SECONDS).map(([name, seconds]) => ({
    button: id<HTMLButtonElement>(name),
    command: { type: "capture_neutral", seconds } as const,
  }));
  private readonly countdown = id("countdown");

  constructor(link: Link) {
    for (const { button, command } of this.buttons) button.addEventListener("click", () => link.send(command));
    id("forget").addEventListener("click", () => link.send({ type: "forget_neutral" }));
  }

  tell({ remaining }: Status): void {
    const busy = remaining !== null;
    this.countdown.hidden = !busy;
    for (const { button } of this.buttons) button.disabled = busy;
    document.body.classList.toggle("capturing", busy);
    if (busy) write(id("countdown-number"), String(Math.max(1, Math.ceil(remaining))));
  }
}
