import { el } from "../dom";
import { Bar } from "./bar";

export interface Row {
  code?: string;
  label: string;
}

/** Probabilities of classes, one row each; the most probable one stands out. */
export class Classes {
  private readonly bars: Bar[];
  private readonly rows: HTMLElement[];

  constructor(place: HTMLElement, rows: readonly Row[]) {
    this.bars = rows.map(({ code, label }) => new Bar(`${code ?? ""} ${label}`.trim(), 0, 1));
    this.rows = rows.map(({ code, label }, i) => {
      const { track, number } = this.bars[i]!;
      const name = el("span", "label", label);
      const row = el("div", "row", name, track, number);
      if (code) row.prepend(el("span", "code", code));
      return row;
    });
    place.replaceChildren(...this.rows);
  }

  move(shown: ArrayLike<number>): void {
    this.bars.forEach((bar, i) => bar.move(shown[i]!));
  }

  tell(values: readonly number[]): void {
    const top = values.indexOf(Math.max(...values));
    this.bars.forEach((bar, i) => bar.tell(values[i]!));
    this.rows.forEach((row, i) => row.classList.toggle("top", i === top));
  }
}
