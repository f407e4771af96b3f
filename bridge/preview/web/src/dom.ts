/** An element of the page by its id. */
export function id<T extends HTMLElement = HTMLElement>(name: string): T {
  const found = document.getElementById(name);
  if (!found) throw new Error(`the page has no #${name}`);
  return found as T;
}

/** A new element with a class, text or children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Writes text only where it differs: layout is not free. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** "lid_openness" -> "Lid openness". */
export function words(name: string): string {
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
