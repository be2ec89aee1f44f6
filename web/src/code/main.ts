/** The code page: shows the changing code from what is on the phone; asks the gate now and then, when it can. */
import type { Colour } from "../core/code";
import { minuteOf } from "../core/epochs";
import { learn, now, skew } from "../phone/clock";
import { ask } from "../phone/gate";
import type { Refusal } from "../phone/gate";
import { byId, clockFace, dayAndTime, drawShape, dress, lang, put, say, seconds, show, startWorker } from "../phone/page";
import { drawQr } from "../phone/qr";
import { codeNow, fetchPass, forget, forgetOthers, held, isVoid, learnVoid, nextIsDue, remember, turnPage } from "./wallet";
import type { Held, Why } from "./wallet";
import { WORDS } from "./words";

interface Me {
  colour: Colour;
  since: number | string | null;
  until: number | string | null;
  server_time: number;
  /** The gate's colours are older than its limit: it cannot know, and says grey. */
  stale?: boolean;
  /** Passes issued at or before this moment (unix seconds) no longer count: a credential of the person was withdrawn. */
  void_before?: number | null;
}

/** The part of /api/v1/me/colour that the page shows: each reason in one sentence. */
interface Told {
  colour: Colour;
  reasons: { plain: Why }[];
}

const RIDE = "/phone/ride.js";
const EVERY = 30;
/** While a new applicant's papers are being checked (at most two minutes) the answer is seconds away. */
const EVERY_FRESH = 3;
const openedAt = Date.now();
const LONGEST = 300;
const w = (key: string, values = {}): string => say(WORDS, key, values);

let refused: Refusal | undefined;
let failures = 0;
let asked = false;
let askAgainAt = 0;
let timer = 0;
let drawn = "";
let recoloured = 0;
let askWhyAt = 0;
/** The other side of the page, in a file of its own that comes when somebody rides. */
let ride: typeof import("../ride/main") | undefined;
let riding = false;
let noRide = false;

const colourNow = (pass: Held): Colour => held().colour ?? pass.colour;

// --- what the reader sees ---

const showCode = (pass: Held): void => {
  const colour = colourNow(pass);
  const minute = `${minuteOf(now())} ${pass.pass}`;
  const side = riding ? ride : undefined;
  if (!side && minute !== drawn) drawQr(byId<HTMLCanvasElement>("qr"), codeNow(pass), true);
  drawn = side ? "" : minute;
  document.body.dataset["colour"] = colour;
  drawShape("shape", colour);
  put("word", w(colour));
  put("what", side ? side.paint(now(), colour) : w(held().stale ? "stale_do" : colour + "_do"));
  put("name", pass.name);
  put("clock", clockFace(now()));
  put("since", sinceLine());
  const why = whyLines();
  put("told", why);
  show("told", !!why);
};

/** What the reasons belong to: another holder, colour or time makes them old. */
const state = (): string => {
  const { holder, colour, since, until } = held();
  return [holder, colour, since, until].join();
};

const whyLines = (): string => {
  const { why } = held();
  return why?.of === state() ? why[lang() === "en" ? "en" : "zh"] : "";
};

const sinceLine = (): string => {
  const { since, until } = held();
  const parts = [since && w("since", { t: dayAndTime(since) }), until && w("until", { t: dayAndTime(until) })];
  return parts.filter(Boolean).join(lang() === "en" ? " " : "，");
};

const bannerText = (): string => {
  const { asOf } = held();
  if (noRide) return w("first_text");
  if (refused?.status === 0 || !navigator.onLine) return asOf ? w("offline_as_of", { t: dayAndTime(asOf) }) : w("offline");
  if (refused) return w("busy");
  return Math.abs(skew()) > 90 ? w("skewed") : "";
};

/** Which page of words stands in for the code. */
const absence = (): string => {
  if (!asked) return "loading";
  if (refused?.status === 401 || refused?.status === 403) return refused.error === "credential_revoked" ? "revoked" : "none";
  if (refused?.status === 0) return held().asOf ? "expired" : "first";
  return refused ? (refused.status === 429 || refused.status === 503 ? "busy" : "error") : "loading";
};

const showAbsence = (): void => {
  const kind = absence();
  const apply = kind === "none" || kind === "revoked";
  const s = Math.max(0, Math.ceil((askAgainAt - Date.now()) / 1000));
  delete document.body.dataset["colour"];
  drawn = "";
  put("title", w(kind === "loading" ? kind : kind === "busy" ? "error_title" : kind + "_title"));
  put("text", kind === "loading" ? "" : w(kind + "_text", { s }));
  show("apply", apply);
  show("retry", !apply && kind !== "loading");
};

const paint = (): void => {
  forgetOthers();
  turnPage();
  const { today } = held();
  show("code", !!today);
  show("absence", !today);
  document.body.dataset["state"] = today ? "code" : absence();
  if (today) showCode(today);
  else showAbsence();
  const banner = today ? bannerText() : "";
  put("banner", banner);
  show("banner", !!banner);
};

const tick = (): void => {
  paint();
  setTimeout(tick, 1000 - ((now() * 1000) % 1000) + 8);
};

// --- riding ---

const turn = async (to: boolean): Promise<void> => {
  riding = to;
  noRide = false;
  if (to && !ride) await loadRide();
  riding = to && !noRide;
  if (!riding) ride?.leave();
  drawn = "";
  byId("pass").ariaPressed = String(!riding);
  byId("ride").ariaPressed = String(riding);
  paint();
};

const loadRide = async (): Promise<void> => {
  try {
    ride = (await import(RIDE)) as typeof import("../ride/main");
    startWorker([RIDE]);
  } catch {
    noRide = true;
  }
};

// --- asking the gate ---

const learnColour = (me: Me, at: number): void => {
  learn(me.server_time, at);
  learnVoid(me.void_before ?? 0);
  const { colour, server_time: asOf } = me;
  remember({ colour, asOf, since: seconds(me.since) ?? 0, until: seconds(me.until) ?? 0, stale: !!me.stale });
};

/** Asks why the code is yellow or red: once for a state, and then it is kept for when there is no network. Green phones ask nothing. */
const learnWhy = async (): Promise<void> => {
  const { colour, why } = held();
  const of = state();
  if ((colour !== "yellow" && colour !== "red") || why?.of === of || Date.now() < askWhyAt) return;
  askWhyAt = Date.now() + LONGEST * 1000 * (1 + Math.random());
  const told = await ask<Told>("/api/v1/me/colour");
  if (!told.ok || told.body.colour !== colour || of !== state()) return;
  const lines = (one: keyof Why): string => told.body.reasons.map(({ plain }) => plain[one]).join("\n\n");
  remember({ why: { of, zh: lines("zh"), en: lines("en") } });
  askWhyAt = 0;
};

const passIsOld = (me: Me): boolean => {
  const { today } = held();
  if (!today || isVoid(today)) return true;
  if (me.stale) return false;
  if (now() > today.refreshAt) return true;
  const changed = today.colour !== me.colour && now() - recoloured > LONGEST;
  if (changed) recoloured = now();
  return changed;
};

/** Asks for the colour, and for passes where they are due; returns what was refused, if anything. */
const converse = async (): Promise<Refusal | undefined> => {
  const me = await ask<Me>("/g/v1/me");
  if (!me.ok) return me;
  learnColour(me.body, me.at);
  turnPage();
  void learnWhy().then(paint);
  const pass = passIsOld(me.body) ? await fetchPass("today") : undefined;
  if (pass && !pass.ok) return pass;
  const next = nextIsDue() ? await fetchPass("next") : undefined;
  return next && !next.ok ? next : undefined;
};

const poll = async (): Promise<void> => {
  clearTimeout(timer);
  if (document.hidden) return;
  askAgainAt = Date.now() + LONGEST * 1000;
  refused = await converse();
  asked = true;
  const stranger = refused?.status === 401 || refused?.status === 403;
  if (stranger) forget();
  failures = refused ? failures + 1 : 0;
  const fresh = held().colour === "grey" && Date.now() - openedAt < 120_000;
  const pause = (refused?.wait || (fresh ? EVERY_FRESH : EVERY)) * 2 ** Math.max(0, failures - 1);
  const wait = (stranger ? LONGEST : Math.max(Math.min(pause, LONGEST), refused?.wait ?? 0)) * (1 + Math.random() / 4);
  askAgainAt = Date.now() + wait * 1000;
  timer = window.setTimeout(() => void poll(), wait * 1000);
  paint();
};

/** Sooner than planned, but not all phones at the same instant. */
const pollSoon = (): void => {
  clearTimeout(timer);
  timer = window.setTimeout(() => void poll(), Math.random() * 1500);
};

const wake = (): void => {
  if (!document.hidden && (Date.now() > askAgainAt || refused?.status === 0)) pollSoon();
};

const speak = (): void => {
  const { today } = held();
  const [h, m] = clockFace(now()).split(":") as [string, string];
  const colour = today && colourNow(today);
  const text = colour ? w("spoken", { colour: w(colour), what: w(colour + "_do"), h: Number(h), m: Number(m) }) : byId("absence").innerText;
  const utterance = new SpeechSynthesisUtterance(colour ? `${text}\n${whyLines()}` : text);
  utterance.lang = lang() === "en" ? "en-GB" : "zh-CN";
  utterance.rate = 0.9;
  speechSynthesis.cancel();
  speechSynthesis.speak(utterance);
};

if (location.hash === "#fresh") {
  forget();
  history.replaceState(null, "", "/code");
}
show("speak", "speechSynthesis" in window);
byId("speak").onclick = speak;
byId("pass").onclick = () => void turn(false);
byId("ride").onclick = () => void turn(true);
byId("retry").onclick = () => void poll();
addEventListener("online", wake);
addEventListener("offline", paint);
document.addEventListener("visibilitychange", wake);
dress(WORDS, paint);
tick();
void poll();
startWorker();
if ("ankang.ride" in localStorage) void loadRide().then(() => ride?.tend(now()));
