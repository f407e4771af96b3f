import { el, id, write } from "../dom";
import type { Link } from "../link";
import type { Target } from "../messages";

/** How long a switch that was turned ignores what the daemon says it is, milliseconds. */
const HOLD_MS = 1500;

/** How long after its latest refused packet a target still counts as refused: hosts answer about once a second. */
const CALM_MS = 4000;

/** Where frames go: what each target gets, and why one gets nothing. Those that are off are folded away. */
export class Targets {
  private readonly panel = id("targets");
  private readonly shown = id("targets-shown");
  private readonly folded = id("targets-folded");
  private rows = new Map<string, Row>();

  constructor(private readonly link: Link) {}

  tell(targets: readonly Target[], now: number): void {
    this.panel.hidden = targets.length === 0;
    const renamed = [...this.rows.keys()].join() !== targets.map(({ name }) => name).join();
    if (renamed) this.rows = new Map(targets.map(({ name }) => [name, new Row(name, this.link)]));
    for (const target of targets) this.rows.get(target.name)!.tell(target, now);
    // No row moves away under a finger or a keyboard's focus.
    if (renamed || !this.panel.matches(":hover, :focus-within")) this.sort();
  }

  private sort(): void {
    const rows = [...this.rows.values()];
    fill(this.shown, rows.filter(({ on }) => on));
    fill(this.folded, rows.filter(({ on }) => !on));
    const off = this.folded.childElementCount;
    id("targets-more").hidden = off === 0;
    write(id("targets-count"), this.shown.childElementCount ? `${off} more` : `${off} targets, all off`);
  }
}

class Row {
  readonly place: HTMLLIElement;
  on = false;
  private readonly button = el("button", "switch");
  private readonly packets = el("span");
  private readonly size = el("span");
  private readonly address = el("p", "address");
  private readonly problem = el("p", "problem");
  private turned = -Infinity;
  private refused = 0;
  private refusedAt = -Infinity;

  constructor(
    private readonly name: string,
    private readonly link: Link,
  ) {
    this.button.type = "button";
    this.button.setAttribute("role", "switch");
    this.button.setAttribute("aria-label", `Send to ${name}`);
    this.button.addEventListener("click", () => this.turn(!this.on));
    this.button.setAttribute("aria-describedby", `problem-${name}`);
    this.problem.id = `problem-${name}`;
    this.problem.setAttribute("role", "status");
    this.place = el(
      "li",
      "target",
      el("span", "label", name),
      el("span", "number", this.packets, el("small", "", "/s")),
      el("span", "number", this.size, el("small", "", "kB/s")),
      this.button,
      this.address,
      this.problem,
    );
    this.place.dataset.name = name;
  }

  tell(target: Target, now: number): void {
    if (now - this.turned > HOLD_MS) this.show(target.on);
    this.place.classList.toggle("closed", !target.address);
    write(this.packets, target.packets.toFixed(0));
    write(this.size, (target.bytes / 1000).toFixed(1));
    if (target.refused > this.refused) this.refusedAt = now;
    this.refused = target.refused;
    const problem = this.on ? this.sentence(target, now) : "";
    write(this.problem, problem);
    this.problem.hidden = !problem;
    write(this.address, target.address || (problem ? "" : "Opening…"));
    this.address.title = target.address;
    this.address.hidden = !this.on || !this.address.textContent;
  }

  private turn(on: boolean): void {
    this.turned = performance.now();
    this.show(on);
    this.link.send({ type: "switch", target: this.name, on });
  }

  private show(on: boolean): void {
    this.on = on;
    this.place.classList.toggle("off", !on);
    this.button.setAttribute("aria-checked", String(on));
  }

  /** What is wrong now, in a sentence: an open target still carries the reason of refusals that are long over. */
  private sentence({ address, packets, problem }: Target, now: number): string {
    if (!problem || !address) return problem;
    const lost = now - this.refusedAt < CALM_MS || packets === 0;
    return lost ? `Packets are lost (${problem}).` : "";
  }
}

/** Puts rows into a list, where they are not there already: moving an element takes its focus. */
function fill(list: HTMLElement, rows: readonly Row[]): void {
  if (rows.length === list.children.length && rows.every(({ place }, i) => place === list.children[i])) return;
  list.replaceChildren(...rows.map(({ place }) => place));
}
