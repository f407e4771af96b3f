import { el, words } from "../dom";
import { Bar } from "./bar";

interface Group {
  details: HTMLDetailsElement;
  first: number;
  bars: Bar[];
  busiest: HTMLElement;
}

/** The blendshape weights that leave, folded by part of the face; folded groups name their strongest weight. */
export class Weights {
  private readonly groups: Group[] = [];
  private readonly names: string[];

  constructor(place: HTMLElement, groups: readonly { name: string; shapes: string[] }[]) {
    this.names = groups.flatMap(({ shapes }) => shapes);
    let first = 0;
    for (const { name, shapes } of groups) {
      const bars = shapes.map((shape) => new Bar(shape, 0, 1));
      const busiest = el("span", "busiest");
      const rows = bars.map(({ track, number }, i) => el("div", "row", el("span", "label", shapes[i]!), track, number));
      const title = el("summary", "", el("span", "", words(name)), el("span", "count", String(shapes.length)), busiest);
      this.groups.push({ details: el("details", "group", title, el("div", "bars", ...rows)), first, bars, busiest });
      first += shapes.length;
    }
    place.replaceChildren(...this.groups.map(({ details }) => details));
  }

  move(shown: Float32Array): void {
    for (const { details, first, bars } of this.groups) {
      if (details.open) bars.forEach((bar, i) => bar.move(shown[first + i]!));
    }
  }

  tell(values: readonly (number | null)[]): void {
    for (const { first, bars, busiest } of this.groups) {
      let top = first;
      bars.forEach((bar, i) => {
        bar.tell(values[first + i]!);
        if ((values[first + i] ?? 0) > (values[top] ?? 0)) top = first + i;
      });
      const value = values[top] ?? 0;
      busiest.textContent = value > 0.05 ? `${this.names[top]} ${value.toFixed(2)}` : "";
    }
  }
}
