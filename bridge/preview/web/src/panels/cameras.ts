import { el, id, write } from "../dom";
import type { Camera } from "../messages";

/** The live cameras: how fast each one is, and what is wrong with one that is not well. */
export class Cameras {
  private readonly list = id("cameras");
  private rows: Row[] = [];

  tell(cameras: readonly Camera[]): void {
    this.list.hidden = cameras.length === 0;
    if (this.rows.length !== cameras.length) {
      this.rows = cameras.map(() => new Row());
      this.list.replaceChildren(...this.rows.map(({ place }) => place));
    }
    this.rows.forEach((row, i) => row.tell(cameras[i]!));
  }
}

class Row {
  private readonly name = el("span", "label");
  private readonly rate = el("span");
  private readonly problem = el("p", "problem");
  readonly place = el("li", "camera", this.name, el("span", "number", this.rate, el("small", "", "/s")), this.problem);

  constructor() {
    this.problem.setAttribute("role", "status");
  }

  tell({ name, state, fps, dropped, corrupt, problem }: Camera): void {
    write(this.name, name);
    write(this.rate, fps.toFixed(0));
    write(this.problem, problem || (state === "connecting" ? "is being connected" : ""));
    this.problem.hidden = !this.problem.textContent;
    this.place.title = `${dropped} pictures not used, ${corrupt} damaged`;
  }
}
