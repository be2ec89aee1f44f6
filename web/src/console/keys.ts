/** The console by keyboard: "/" to the search box, j and k from row to row, x ticks a row, o opens it, "?" says so.
    Without this script everything is reached with Tab. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && (target as HTMLInputElement).type !== "checkbox";

const rows = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>("#content table tbody tr, .work__items > li, .inbox > li")].filter((row) => row.offsetParent !== null && row.querySelector("a[href], input[type=checkbox]"));

const linkOf = (row: HTMLElement): HTMLElement | null => row.querySelector<HTMLElement>("a[href]") ?? row.querySelector<HTMLElement>("input");

let here: HTMLElement | undefined;

function go(step: 1 | -1): void {
  const all = rows();
  const at = here ? all.indexOf(here) : -1;
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
  if (!next) return;
  here?.classList.remove("row-here");
  here = next;
  here.classList.add("row-here");
  linkOf(here)?.focus();
  here.scrollIntoView({ block: "nearest" });
}

const acts: Record<string, () => void> = {
  "/": () => { const box = document.querySelector<HTMLInputElement>("#find-words, #quick-find"); box?.focus(); box?.select(); },
  j: () => go(1),
  k: () => go(-1),
  x: () => here?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click(),
  o: () => here && linkOf(here)?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && typing(event.target)) { (event.target as HTMLElement).blur(); return; }
  const act = acts[event.key];
  if (!act || typing(event.target)) return;
  event.preventDefault();
  act();
});
