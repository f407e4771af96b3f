import { id, write } from "../dom";
import type { Frame, Tables } from "../messages";

/** Seconds that a class must lead before the words change. */
const PATIENCE = 0.12;

/** The words over the scene: what the face does now. */
export class Caption {
  private readonly emotion = new Leader();
  private readonly unit = new Leader();

  constructor(private readonly tables: Tables) {}

  tell(frame: Frame, now: number): void {
    const unit = this.tables.action_units[this.unit.of(frame.action_units, now)]!;
    write(id("unit-code"), unit.facs);
    write(id("unit-label"), unit.label);
    write(id("emotion"), this.tables.emotions[this.emotion.of(frame.emotions, now)]!.label);
  }
}

/** The most probable class, once it has led for a moment. */
class Leader {
  private current = 0;
  private rival = 0;
  private since = 0;

  of(values: readonly number[], now: number): number {
    const top = values.indexOf(Math.max(...values));
    if (top !== this.rival) [this.rival, this.since] = [top, now];
    if (now - this.since >= PATIENCE) this.current = this.rival;
    return this.current;
  }
}
