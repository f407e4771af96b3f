import { id, words, write } from "../dom";
import type { Link } from "../link";
import type { BoardSearch, Side } from "../messages";

const SIDES: readonly Side[] = ["left", "right"];

/** The search for a checkerboard before one camera: what to do, how far it is, and what has come of it. */
export class Board {
  private readonly columns = id<HTMLInputElement>("board-columns");
  private readonly rows = id<HTMLInputElement>("board-rows");
  private readonly apply = id<HTMLButtonElement>("board-apply");

  constructor(link: Link) {
    for (const eye of SIDES)
      id(`board-${eye}`).addEventListener("click", () => {
        const [columns, rows] = [this.columns, this.rows].map((input) => clamped(input)) as [number, number];
        link.send({ type: "seek_board", eye, columns, rows });
      });
    id("board-take").addEventListener("click", () => link.send({ type: "take_view" }));
    id("board-stop").addEventListener("click", () => link.send({ type: "stop_seeking" }));
    this.apply.addEventListener("click", () => link.send({ type: "apply_lens" }));
  }

  tell(search: BoardSearch | null): void {
    id("board-idle").hidden = search !== null;
    id("board-busy").hidden = search === null;
    if (search === null) return;
    const { eye, seen, taken, missing, error, problem } = search;
    const wanted = taken + (missing ?? 0);
    write(id("board-eye"), `${words(eye)} eye`);
    write(id("board-seen"), seen ? "The board is seen" : "The board is not seen");
    id("board-seen").classList.toggle("yes", seen);
    const bar = id<HTMLProgressElement>("board-progress");
    bar.max = Math.max(wanted, 1);
    bar.value = taken;
    write(id("board-count"), missing ? `${taken} views taken, ${missing} more needed` : `${taken} views taken`);
    write(id("board-error"), error === null ? "–" : `${error.toFixed(2)} px`);
    write(id("board-problem"), problem);
    id("board-problem").hidden = !problem;
    this.apply.disabled = error === null;
  }
}

function clamped(input: HTMLInputElement): number {
  const value = Math.round(input.valueAsNumber) || Number(input.defaultValue);
  input.value = String(Math.min(Math.max(value, Number(input.min)), Number(input.max)));
  return Number(input.value);
}
