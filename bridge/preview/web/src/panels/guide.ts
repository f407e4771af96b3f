import { el, id, write } from "../dom";
import type { Link } from "../link";
import type { Asked, Guided, Status } from "../messages";
import { approach } from "../motion";

/** Seconds in which the face on the stage turns from one example to the next. */
const EASE = 0.14;
const DEGREE = Math.PI / 180;
/** Degrees that the target goes to each side, and the part of the window that they may fill. */
const REACH = { yaw: 18, pitch: 11, part: 0.42 };
/** A CSS pixel is 1/96 inch. */
const CENTIMETRES = 2.54 / 96;
/** Nobody sits nearer to a screen than this, centimetres. */
const NEAREST = 30;

/** The guided calibration: what to do now, the face that shows it, the dot to follow, and what has come of it. */
export class Guide {
  private readonly place = id("guide");
  private readonly target = id("guide-target");
  private readonly ring = id("guide-ring");
  private readonly skip = id<HTMLButtonElement>("guide-skip");
  private readonly outcome = id("outcome");
  private asked: Asked | null = null;
  private witnessed = false;
  private marks: HTMLElement[] = [];
  private mix = 0;
  private readonly face = new Eased();
  private readonly gaze = new Eased();

  constructor(link: Link) {
    id("guide-start").addEventListener("click", () => link.send({ type: "start_guide" }));
    this.skip.addEventListener("click", () => link.send({ type: "skip_step" }));
    id("guide-stop").addEventListener("click", () => link.send({ type: "stop_guide" }));
    for (const name of ["undo", "outcome-undo"]) {
      id(name).addEventListener("click", () => link.send({ type: "undo_calibration" }));
    }
    id("outcome-keep").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => this.hear(event));
  }

  get active(): boolean {
    return this.asked !== null;
  }

  ask(asked: Asked | null): void {
    const began = asked !== null && this.asked === null;
    this.asked = asked;
    document.body.classList.toggle("guided", asked !== null);
    this.place.hidden = asked === null;
    this.target.hidden = !asked?.target;
    if (!asked) return;
    this.witnessed = true;
    this.outcome.hidden = true;
    this.show(asked);
    if (began) id("guide-text").focus({ preventScroll: true });
  }

  tell({ guided, undoable }: Status): void {
    id("undo").hidden = !undoable;
    if (!guided) return this.close();
    if (this.active || !this.witnessed) return;
    this.witnessed = false;
    write(id("outcome-title"), guided.learnt ? "The avatar has learnt your face" : "Your neutral is taken");
    id("outcome-list").replaceChildren(...said(guided));
    this.outcome.hidden = false;
    document.body.classList.add("concluded");
    id("outcome-keep").focus({ preventScroll: true });
  }

  /** The weights and the gaze to show: the wearer's own, or the example's while there is one. */
  lead(weights: Float32Array, gaze: Float32Array, dt: number): { weights: Float32Array; gaze: Float32Array } {
    this.mix += approach(dt, EASE) * (Number(this.active) - this.mix);
    if (!this.active && this.mix < 0.01) return { weights, gaze };
    const asked = this.asked;
    if (asked) {
      this.face.approach(asked.weights, dt);
      this.gaze.approach(asked.target ? towardsTheDot(asked.gaze) : asked.gaze, dt);
    }
    return { weights: this.face.over(weights, this.mix), gaze: this.gaze.over(gaze, this.mix) };
  }

  private close(): void {
    this.outcome.hidden = true;
    document.body.classList.remove("concluded");
  }

  private show(asked: Asked): void {
    const { number, of, text, holding, seconds, length, progress, skippable, target } = asked;
    write(id("guide-phase"), holding ? (target ? "Follow it" : "Hold it") : "Get ready");
    write(id("guide-step"), `${number} of ${of}`);
    write(id("guide-text"), text);
    write(id("guide-seconds"), String(Math.max(1, Math.ceil(seconds))));
    this.place.classList.toggle("holding", holding);
    this.ring.style.setProperty("--left", (seconds / length).toFixed(3));
    this.skip.disabled = !skippable;
    this.mark(number, of, progress);
    id("guide-note").hidden = !target;
    if (target) this.point(target);
  }

  private mark(number: number, of: number, progress: number): void {
    const marks = id("guide-marks");
    if (this.marks.length !== of) marks.replaceChildren(...(this.marks = Array.from({ length: of }, () => el("i"))));
    this.marks.forEach((mark, i) => (mark.className = i + 1 < number ? "over" : i + 1 === number ? "now" : ""));
    marks.setAttribute("aria-valuenow", (100 * progress).toFixed(0));
  }

  /** Puts the dot where its degrees are for somebody at the distance that is said. */
  private point([yaw, pitch]: [number, number]): void {
    const wide = (REACH.part * innerWidth) / Math.tan(REACH.yaw * DEGREE);
    const high = (REACH.part * innerHeight) / Math.tan(REACH.pitch * DEGREE);
    const away = Math.min(wide, high);
    // Positive yaw is to the wearer's left, and the wearer looks at this screen.
    const [x, y] = [-Math.tan(yaw * DEGREE) * away, -Math.tan(pitch * DEGREE) * away];
    this.target.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    const distance = Math.round(away * CENTIMETRES);
    const place = distance < NEAREST ? "take a larger screen" : `sit about ${distance} cm from this screen`;
    write(id("guide-note"), `The dot is for eyes that see a monitor: ${place}. In the headset, the voice leads.`);
  }

  private hear(event: KeyboardEvent): void {
    if (!this.active || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") id("guide-stop").click();
    else if (event.key === "s") this.skip.click();
  }
}

/** The face on the stage looks at the same point of the screen as the wearer, though it faces them. */
function towardsTheDot([leftYaw, leftPitch, rightYaw, rightPitch]: Asked["gaze"]): Asked["gaze"] {
  return document.body.dataset.mirror === "on"
    ? [leftYaw, leftPitch, rightYaw, rightPitch]
    : [-leftYaw, leftPitch, -rightYaw, rightPitch];
}

function said({ expressions, gaze, learnt, weak, skipped }: Guided): HTMLElement[] {
  const lines: HTMLElement[] = [];
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const degrees = (angle: number) => `${angle.toFixed(1)}°`;
  if (expressions) lines.push(compared("Expressions recognised", expressions, percent));
  if (gaze) lines.push(compared("Gaze off by", gaze, degrees));
  if (!learnt) lines.push(el("p", "", "Nothing more could be gained from what was seen, so nothing else has changed."));
  if (!gaze) lines.push(el("p", "", "The eyes did not follow the dot, so the gaze stays as it was."));
  if (weak.length) lines.push(el("p", "", `Too weak to use: ${weak.join(", ")}.`));
  if (skipped) lines.push(el("p", "", skipped === 1 ? "One step was skipped." : `${skipped} steps were skipped.`));
  return lines;
}

function compared(what: string, [before, after]: [number, number], show: (value: number) => string): HTMLElement {
  return el("p", "compared", el("span", "", what), el("b", "", show(before)), el("span", "", "→"), el("b", "after", show(after)));
}

/** A vector that eases to what it should be. */
class Eased {
  private shown = new Float32Array(0);
  private mixed = new Float32Array(0);

  approach(values: readonly number[], dt: number): void {
    if (this.shown.length !== values.length) this.shown = Float32Array.from(values);
    const k = approach(dt, EASE);
    for (let i = 0; i < values.length; i++) this.shown[i]! += k * (values[i]! - this.shown[i]!);
  }

  /** Laid over other values: `mix` 0 is they, 1 is this. */
  over(others: Float32Array, mix: number): Float32Array {
    if (this.mixed.length !== others.length) this.mixed = new Float32Array(others.length);
    for (let i = 0; i < others.length; i++) this.mixed[i] = others[i]! + mix * ((this.shown[i] ?? 0) - others[i]!);
    return this.mixed;
  }
}
