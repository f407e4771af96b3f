import { el, words } from "../dom";
import type { Channel, Side } from "../messages";
import { Bar } from "./bar";

const DIGITS = { ratio: 2, degrees: 0, iris: 2 };

/** Graded channels, one row for both sides: the bars grow outwards, each on the side where the avatar has that eye. */
export class Channels {
  private readonly bars: Bar[];

  constructor(place: HTMLElement, channels: readonly Channel[]) {
    this.bars = channels.map(({ name, low, high, unit }) => new Bar(words(name), low, high, DIGITS[unit]));
    const rows = new Map<string, HTMLElement>();
    channels.forEach(({ name, meaning, unit }, i) => {
      const cut = name.lastIndexOf("_");
      const base = name.slice(0, cut);
      let row = rows.get(base);
      if (!row) {
        row = el("div", "row", el("span", "label", words(base), unit === "degrees" ? "°" : ""));
        row.title = meaning;
        rows.set(base, row);
      }
      const { track, number } = this.bars[i]!;
      row.append(el("span", `wing ${name.slice(cut + 1) as Side}`, track, number));
    });
    const heading = el("div", "row heading", el("span", "label"), el("span", "wing left", "Left"), el("span", "wing right", "Right"));
    place.replaceChildren(heading, ...rows.values());
  }

  move(shown: ArrayLike<number>): void {
    this.bars.forEach((bar, i) => bar.move(shown[i]!));
  }

  tell(values: readonly (number | null)[]): void {
    this.bars.forEach((bar, i) => bar.tell(values[i]!));
  }
}
