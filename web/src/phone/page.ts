/** What every phone page does alike: language, large print, small access to its elements. */

export type Lang = "zh-Hans" | "en";
export type Words = Record<string, readonly [zh: string, en: string]>;

export const cookie = (name: string): string | undefined =>
  document.cookie.split("; ").find((part) => part.startsWith(name + "="))?.slice(name.length + 1);

const keep = (name: string, value: string): void => {
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
};

export const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

export const put = (id: string, text: string): void => {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
};

export const show = (id: string, shown: boolean): void => {
  byId(id).hidden = !shown;
};

export const lang = (): Lang => document.documentElement.lang as Lang;

/** Fills `{…}` in the wording of the page's language. */
export const say = (words: Words, key: string, values: Record<string, string | number> = {}): string =>
  words[key]![lang() === "en" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

/** Chinese or English, whichever a reader of these languages (best first) would rather have; Chinese when neither is among them. */
export const preferred = (languages: readonly string[]): Lang =>
  languages.find((one) => /^(zh|en)\b/i.test(one))?.toLowerCase().startsWith("en") ? "en" : "zh-Hans";

/** Asked for in the address, else chosen before, else what the browser prefers. */
const chosen = (): Lang => {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked) keep("ankang_lang", asked.startsWith("en") ? "en" : "zh-hans");
  const known = asked ?? cookie("ankang_lang");
  return preferred(known ? [known] : navigator.languages);
};

/** Sets the language and words elements with data-w; the switch (#lang) and large print (#large) work on the page itself. */
export const dress = (words: Words, changed: () => void): void => {
  const root = document.documentElement;
  const wear = (): void => {
    for (const element of document.querySelectorAll<HTMLElement>("[data-w]")) element.textContent = say(words, element.dataset["w"]!);
    for (const element of document.querySelectorAll<HTMLElement>("[data-a]")) element.ariaLabel = say(words, element.dataset["a"]!);
    document.title = say(words, "title");
    byId("lang").lang = lang() === "en" ? "zh-Hans" : "en";
    byId("large").ariaPressed = String(root.classList.contains("large"));
    changed();
  };
  root.lang = chosen();
  root.classList.toggle("large", cookie("ankang_large") === "1");
  byId("lang").onclick = () => {
    root.lang = lang() === "en" ? "zh-Hans" : "en";
    keep("ankang_lang", lang() === "en" ? "en" : "zh-hans");
    wear();
  };
  byId("large").onclick = () => {
    keep("ankang_large", root.classList.toggle("large") ? "1" : "0");
    wear();
  };
  wear();
};

/** Clock face in Shanghai, whatever the phone's zone. `t` in unix seconds. */
export const clockFace = (t: number): string => new Date((t + 28800) * 1000).toISOString().slice(11, 19);

/** "6月3日 08:05" or "3 Jun, 08:05". */
export const dayAndTime = (t: number): string =>
  new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : "zh-CN", {
    timeZone: "Asia/Shanghai", month: lang() === "en" ? "short" : "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
  }).format(t * 1000);

/** Unix seconds from what a server may send: a number or an ISO date. */
export const seconds = (moment: number | string | null | undefined): number | undefined =>
  moment == null ? undefined : typeof moment === "number" ? moment : Date.parse(moment) / 1000;

/** The shape that goes with a colour (sprite inside the page). */
export const drawShape = (id: string, name: string): void => {
  byId(id).firstElementChild!.setAttribute("href", "#shape-" + name);
};

export const startWorker = (extra: string[] = []): void => {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  void workers.register("/sw.js").then(() => workers.ready).then((ready) => ready.active?.postMessage(extra)).catch(() => undefined);
};
