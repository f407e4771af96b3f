import { el, id, words } from "../dom";
import type { Link } from "../link";
import type { Slider } from "../messages";

/** How long after it was moved a slider shows what the daemon says it is, milliseconds. */
const HOLD_MS = 1000;

interface Knob {
  input: HTMLInputElement;
  value: HTMLOutputElement;
  step: number;
  /** What the daemon said last; it says so only when it changes. */
  told: number;
  held: number;
}

/** Sliders for what the daemon lets a person tune; each acts at once, and only Save stores them. */
export class Tuning {
  private readonly place = id("sliders");
  private knobs = new Map<string, Knob>();

  constructor(private readonly link: Link) {
    id("save").addEventListener("click", () => link.send({ type: "save_settings" }));
    id("reset").addEventListener("click", () => link.send({ type: "reset_settings" }));
  }

  show(sliders: readonly Slider[]): void {
    id("tuning").hidden = sliders.length === 0;
    if ([...this.knobs.keys()].join() !== sliders.map(({ path }) => path).join()) this.build(sliders);
    for (const { path, value } of sliders) {
      const knob = this.knobs.get(path)!;
      knob.told = value;
      if (!knob.held) turn(knob, value);
    }
  }

  private build(sliders: readonly Slider[]): void {
    this.knobs = new Map();
    const groups = new Map<string, HTMLElement>();
    for (const slider of sliders) {
      const group = slider.path.split(".")[0]!;
      if (!groups.has(group)) groups.set(group, el("fieldset", "", el("legend", "", words(group))));
      groups.get(group)!.append(this.knob(slider));
    }
    this.place.replaceChildren(...groups.values());
  }

  private knob({ path, title, help, value: told, low, high, step }: Slider): HTMLElement {
    const input = el("input");
    Object.assign(input, { type: "range", id: path, min: String(low), max: String(high), step: String(step) });
    const value = el("output");
    value.htmlFor.add(path);
    const label = el("label", "", title);
    label.htmlFor = path;
    const knob: Knob = { input, value, step, told, held: 0 };
    input.addEventListener("input", () => {
      window.clearTimeout(knob.held);
      knob.held = window.setTimeout(() => {
        knob.held = 0;
        turn(knob, knob.told);
      }, HOLD_MS);
      turn(knob, input.valueAsNumber);
      this.link.send({ type: "adjust", path, value: input.valueAsNumber });
    });
    this.knobs.set(path, knob);
    const row = el("div", "knob", label, value, input);
    row.title = help;
    return row;
  }
}

function turn({ input, value, step }: Knob, to: number): void {
  input.value = String(to);
  const share = (Number(input.value) - Number(input.min)) / (Number(input.max) - Number(input.min));
  input.style.setProperty("--share", share.toFixed(3));
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  value.textContent = to.toFixed(Math.min(digits, 4));
}
