import { el, write } from "../dom";
import type { Mood } from "../stage";

/** The light that leaves: its colour, strength and temperature in words and numbers. */
export class Light {
  private readonly swatch = el("dd", "swatch");
  private readonly values = ["Intensity", "Temperature"].map((name) => ({ name, value: el("dd") }));

  constructor(place: HTMLElement) {
    place.replaceChildren(
      el("div", "", el("dt", "", "Colour"), this.swatch),
      ...this.values.map(({ name, value }) => el("div", "", el("dt", "", name), value)),
    );
  }

  tell({ colour, intensity, temperature }: Mood): void {
    const css = `color(srgb-linear ${colour.map((part) => part.toFixed(3)).join(" ")})`;
    this.swatch.style.setProperty("--swatch", css);
    write(this.swatch, colour.map((part) => part.toFixed(2)).join(" "));
    write(this.values[0]!.value, intensity.toFixed(2));
    write(this.values[1]!.value, `${Math.round(temperature / 50) * 50} K`);
  }
}
