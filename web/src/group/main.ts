/** The door's page for a bus or a class: the list, those present ticked, one answer about each. */
import { uuid } from "../core/bytes";
import { skew } from "../phone/clock";
import { ask } from "../phone/gate";
import type { Refusal } from "../phone/gate";
import { byId, drawShape, dress, put, say, show, startWorker } from "../phone/page";
import { keepReporting } from "../phone/report";
import { theDoor } from "../scanner/door";
import { waiting } from "../scanner/queue";
import { WORDS } from "./words";

type Verdict = "admit" | "deny" | "refer";
interface Member {
  member: number;
  name: string;
}
interface Result extends Member {
  verdict: Verdict;
  reason: string;
  colour: string;
  message: string;
}
interface Done {
  all: Verdict;
  counts: Record<Verdict, number>;
  results: Result[];
  missing: Member[];
}
interface Listed {
  groups: { group: number; name: string; members: number }[];
}
interface Opened {
  name: string;
  members: Member[];
}

const w = (key: string, values = {}): string => say(WORDS, key, values);
const WORST = { deny: 0, refer: 1, admit: 2 };
let banner = "loading";
let listed: Listed["groups"] | undefined;
let group = "";
let opened: Opened | undefined;
let done: Done | undefined;
let busy = false;
const ticked = new Set<number>();
/** One attempt keeps its nonce until it is answered: sent twice it is the same visits. */
let nonce = "";

const row = (...parts: (Node | string)[]): HTMLLIElement => {
  const item = document.createElement("li");
  item.append(...parts);
  return item;
};

const element = <K extends keyof HTMLElementTagNameMap>(tag: K, name: string, text = ""): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
};

const paintGroups = (): void => {
  put("choose_text", listed ? w(listed.length ? "choose_some" : "choose_none") : "");
  byId("groups").replaceChildren(...(listed ?? []).map((one) => {
    const button = element("button", "row row--button");
    button.type = "button";
    button.append(element("b", "row__name", one.name), element("span", "row__note", w("people", { n: one.members })));
    button.onclick = () => void open(String(one.group));
    return row(button);
  }));
};

const paintMembers = (): void => {
  put("name", opened!.name);
  put("tick_text", w("tick"));
  byId("members").replaceChildren(...opened!.members.map(({ member, name }) => {
    const label = element("label", "row");
    const box = element("input", "row__box");
    box.type = "checkbox";
    box.checked = ticked.has(member);
    box.onchange = () => {
      if (box.checked) ticked.add(member);
      else ticked.delete(member);
      nonce = "";
      paintCount();
    };
    label.append(box, element("b", "row__name", name));
    return row(label);
  }));
  paintCount();
};

const paintCount = (): void => {
  put("go", busy ? w("checking") : ticked.size ? w("go", { n: ticked.size }) : w("go_none"));
  byId<HTMLButtonElement>("go").disabled = busy || !ticked.size;
  put("all", w(ticked.size === opened?.members.length ? "none" : "all"));
};

const chip = (colour: string): Node => {
  const made = element("span", "chip");
  made.dataset["colour"] = colour;
  const shape = byId("verdict_shape").cloneNode(true) as SVGElement;
  shape.removeAttribute("id");
  shape.setAttribute("class", "chip__shape");
  shape.firstElementChild!.setAttribute("href", "#shape-" + colour);
  made.append(shape, element("b", "", w(colour)));
  return made;
};

const paintDone = (): void => {
  const { all, counts, results, missing } = done!;
  byId("verdict").dataset["verdict"] = all;
  drawShape("verdict_shape", all === "admit" ? "green" : all === "deny" ? "red" : "grey");
  put("verdict_word", w("all_" + all));
  put("verdict_counts", w("counts", counts));
  const sorted = [...results].sort((a, b) => WORST[a.verdict] - WORST[b.verdict]);
  byId("results").replaceChildren(...sorted.map((one) => {
    const line = element("div", "row row--" + one.verdict);
    line.append(element("b", "row__name", one.name), chip(one.colour), element("b", "row__verdict", w(one.verdict)));
    if (one.message) line.append(element("span", "row__note row__note--wide", one.message));
    return row(line);
  }));
  put("missing_title", w("missing", { n: missing.length }));
  byId("missing").replaceChildren(...missing.map(({ name }) => row(name)));
  show("missing_box", missing.length > 0);
};

/** Nothing to work with yet: why, and the way on. */
const paintAbsence = (): void => {
  const absent = !opened && !listed && (banner === "unpaired" || banner === "offline");
  show("absence", absent);
  show("desk", !absent);
  if (!absent) return;
  put("absence_title", w(banner + "_title"));
  put("absence_text", w(banner));
  put("absence_do", w(banner + "_do"));
  byId<HTMLAnchorElement>("absence_do").href = banner === "unpaired" ? "/scanner" : "/group";
};

const paint = (): void => {
  put("here", opened && !done ? w("title") : theDoor().checkpoint?.name ?? w("title"));
  put("banner", banner && w(banner));
  show("banner", !!banner);
  paintAbsence();
  if (!byId("absence").hidden) show("banner", false);
  show("choose", !opened && !!listed);
  show("tick", !!opened && !done);
  show("done", !!done);
  if (done) paintDone();
  else if (opened) paintMembers();
  else paintGroups();
};

const refused = ({ status }: Refusal): void => {
  banner = status === 401 || status === 403 ? "unpaired" : status === 404 || status === 422 ? "unknown" : "offline";
  paint();
};

const list = async (): Promise<void> => {
  const answer = await ask<Listed>("/g/v1/members", undefined, undefined, theDoor().checkpoint?.id);
  if (!answer.ok) return refused(answer);
  listed = answer.body.groups;
  banner = "";
  paint();
};

const open = async (named: string): Promise<void> => {
  const answer = await ask<Opened>(`/g/v1/members?group=${encodeURIComponent(named)}`, undefined, undefined, theDoor().checkpoint?.id);
  if (!answer.ok) {
    await list();
    return refused(answer);
  }
  group = named;
  opened = answer.body;
  ticked.clear();
  nonce = "";
  banner = "";
  paint();
};

const check = async (): Promise<void> => {
  const checkpoint = theDoor().checkpoint?.id;
  if (busy || !ticked.size || !checkpoint) return;
  nonce ||= uuid();
  busy = true;
  paintCount();
  const direction = document.querySelector<HTMLInputElement>("[name=direction]:checked")!.value;
  const answer = await ask<Done>("/g/v1/group", { group, checkpoint, direction, nonce, present: [...ticked] }, undefined, checkpoint);
  busy = false;
  if (!answer.ok) return refused(answer);
  nonce = "";
  banner = "";
  done = answer.body;
  paint();
  byId("done").focus();
};

byId("tick").onsubmit = (event) => {
  event.preventDefault();
  void check();
};
byId("all").onclick = () => {
  const everybody = opened!.members.map(({ member }) => member);
  const clear = ticked.size === everybody.length;
  ticked.clear();
  if (!clear) everybody.forEach((member) => ticked.add(member));
  nonce = "";
  paint();
};
byId("again").onclick = () => {
  done = undefined;
  ticked.clear();
  paint();
};
byId("typed_form").onsubmit = (event) => {
  event.preventDefault();
  const typed = byId<HTMLInputElement>("typed");
  if (typed.value.trim()) void open(typed.value.trim());
  typed.value = "";
};

keepReporting("group", async () => {
  const { paired, checkpoint } = theDoor();
  const offline = banner === "offline" || !navigator.onLine;
  return { paired, place: checkpoint?.id ?? 0, mode: offline ? "offline" : "online", queue: await waiting(), faults: Math.abs(skew()) > 30 ? ["clock_off"] : [] };
}, skew);

const start = (): Promise<void> => (shown ? open(shown) : list());

byId("absence_do").onclick = (event) => {
  if (banner !== "offline") return;
  event.preventDefault();
  void start();
};

const shown = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", "/group");
if (!theDoor().paired) banner = "unpaired";
else void start();
startWorker(["/group"]);
dress(WORDS, paint);
