/** The console by keyboard: "/" to the search box, j and k from row to row, x ticks a row, o opens it, h goes to the first page,
    i to the first field, Ctrl+Enter sends the form, or leads to its buttons where they say yes and no; "?" lists them. Without this script everything is reached with Tab.
    Files that are too large together are refused before they are sent, so that what was typed stays. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && (target as HTMLInputElement).type !== "checkbox";

const rows = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>("#content table tbody tr, .work__items > li, .inbox > li, .coverage__tree li")].filter((row) => row.offsetParent !== null && row.querySelector("a[href], input[type=checkbox]"));

const linkOf = (row: HTMLElement): HTMLElement | null => row.querySelector<HTMLElement>("a[href]") ?? row.querySelector<HTMLElement>("input");

const help = (): HTMLDetailsElement | null => document.querySelector<HTMLDetailsElement>("#keys-help");

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

function firstField(): void {
  const fields = document.querySelectorAll<HTMLElement>("#content input:not([type=hidden], [type=checkbox]), #content select, #content textarea");
  [...fields].find((field) => field.offsetParent !== null)?.focus();
}

/** Sends the form; where its buttons say different things (agree, refuse), the first of them is in focus and nothing is sent yet. */
function send(form: HTMLFormElement | null): void {
  const choices = [...(form?.elements ?? [])].filter((one): one is HTMLButtonElement => one instanceof HTMLButtonElement && one.type === "submit" && !!one.value);
  if (choices.length > 1) choices[0]?.focus();
  else form?.requestSubmit();
}

function showHelp(open: boolean): void {
  const list = help();
  if (!list) return;
  list.open = open;
  (open ? list.querySelector<HTMLElement>(".keys-help__list") : list.querySelector("summary"))?.focus();
}

const acts: Record<string, () => void> = {
  "/": () => { const box = document.querySelector<HTMLInputElement>("#find-words, #quick-find"); box?.focus(); box?.select(); },
  "?": () => showHelp(!help()?.open),
  h: () => location.assign("/console/"),
  i: firstField,
  j: () => go(1),
  k: () => go(-1),
  x: () => here?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click(),
  o: () => here && linkOf(here)?.click(),
};

/** The first stop of a page: before the navigation, not behind it. */
addEventListener("DOMContentLoaded", () => {
  const skip = document.querySelector(".skip-link");
  if (skip) document.body.prepend(skip);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing(event.target)) {
    event.preventDefault();
    send((event.target as HTMLInputElement).form);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && help()?.open) { showHelp(false); return; }
  if (event.key === "Escape" && typing(event.target)) { (event.target as HTMLElement).blur(); return; }
  const act = acts[event.key];
  if (!act || typing(event.target)) return;
  event.preventDefault();
  act();
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const most = Number(help()?.dataset["most"] ?? 0);
  const files = [...form.querySelectorAll<HTMLInputElement>("input[type=file]")];
  const size = files.flatMap((input) => [...(input.files ?? [])]).reduce((sum, file) => sum + file.size, 0);
  if (!most || "upload" in form.dataset || size <= most) return;
  event.preventDefault();
  form.querySelector(".refused")?.remove();
  const box = document.createElement("div");
  box.className = "fault-box refused";
  box.setAttribute("role", "alert");
  box.textContent = help()?.dataset["tooLarge"] ?? "";
  form.prepend(box);
  files[0]?.focus();
}, true);
