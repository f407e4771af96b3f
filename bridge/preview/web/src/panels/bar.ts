import { el, write } from "../dom";

/** A live bar: it moves with every frame, its text and its accessible value a few times a second. */
export class Bar {
  readonly track = el("span", "track");
  readonly number = el("span", "number");
  private readonly fill = el("span", "fill");
  private drawn = NaN;

  /** `low` below zero makes a bar that grows both ways from the middle. */
  constructor(
    label: string,
    private readonly low: number,
    private readonly high: number,
    private readonly digits = 2,
  ) {
    this.track.append(this.fill);
    this.track.setAttribute("role", "meter");
    this.track.setAttribute("aria-label", label);
    this.track.setAttribute("aria-valuemin", String(low));
    this.track.setAttribute("aria-valuemax", String(high));
    if (low < 0) this.track.classList.add("both-ways");
  }

  move(value: number): void {
    const share = value < 0 ? -Math.min(value / this.low, 1) : Math.min(value / this.high, 1);
    if (Math.abs(share - this.drawn) < 0.002) return;
    this.drawn = share;
    this.fill.style.transform = `scaleX(${share.toFixed(3)})`;
  }

  tell(value: number | null): void {
    const text = value === null ? "–" : value.toFixed(this.digits).replace(/^-(0(\.0*)?)$/, "$1");
    this.track.classList.toggle("unknown", value === null);
    if (this.number.textContent === text) return;
    write(this.number, text);
    if (value === null) this.track.removeAttribute("aria-valuenow");
    else this.track.setAttribute("aria-valuenow", text);
  }
}
