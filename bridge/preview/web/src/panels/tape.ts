import { id, write } from "../dom";
import type { Link } from "../link";
import type { Status } from "../messages";

/** The button that starts and ends a recording, and says while there is one how much it holds. */
export class Tape {
  private readonly button = id<HTMLButtonElement>("record");
  private recording = false;

  constructor(link: Link) {
    this.button.addEventListener("click", () => link.send({ type: this.recording ? "stop_recording" : "start_recording" }));
  }

  tell({ recorded }: Status): void {
    this.recording = recorded !== null;
    this.button.setAttribute("aria-pressed", String(this.recording));
    write(this.button, recorded === null ? "Record" : `Stop recording · ${recorded} frames`);
  }
}
