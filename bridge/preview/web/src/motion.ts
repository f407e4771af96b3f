// Movement between frames, so that the page moves at the display's rate whatever the camera's is.

const SPAN = { shortest: 1 / 120, longest: 0.1 };
export const SILENCE = 0.5;

/** How far an exponential approach with time constant `tau` gets in `dt` seconds. */
export const approach = (dt: number, tau: number): number => 1 - Math.exp(-dt / tau);

/**
 * A vector that glides in a straight line from what is shown to what arrived, over the usual time between two frames,
 * and eases back to rest (zero) when nothing arrives any more.
 */
export class Motion {
  readonly shown: Float32Array;
  private readonly from: Float32Array;
  private readonly to: Float32Array;
  private arrived = -Infinity;
  private span = 1 / 60;

  constructor(length: number) {
    this.shown = new Float32Array(length);
    this.from = new Float32Array(length);
    this.to = new Float32Array(length);
  }

  arrive(values: readonly (number | null)[], now: number): void {
    const gap = now - this.arrived;
    if (gap < SILENCE) this.span += 0.1 * (Math.min(Math.max(gap, SPAN.shortest), SPAN.longest) - this.span);
    if (gap < SILENCE) this.glide(now);
    this.from.set(this.shown);
    this.arrived = now;
    for (let i = 0; i < this.to.length; i++) this.to[i] = values[i] ?? 0;
  }

  /** Seconds since the newest frame. */
  silence(now: number): number {
    return now - this.arrived;
  }

  step(now: number, dt: number): void {
    if (this.silence(now) < SILENCE) return this.glide(now);
    const k = approach(dt, 0.25);
    for (let i = 0; i < this.shown.length; i++) this.shown[i]! -= k * this.shown[i]!;
  }

  private glide(now: number): void {
    const { shown, from, to } = this;
    const k = Math.min((now - this.arrived) / this.span, 1);
    for (let i = 0; i < shown.length; i++) shown[i] = from[i]! + k * (to[i]! - from[i]!);
  }
}
