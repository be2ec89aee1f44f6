/** The scan-a-place page: which place, who, temperature, proof of presence, then the screen for the door. */
import { now } from "../phone/clock";
import type { Refusal } from "../phone/gate";
import { byId, clockFace, drawShape, dress, put, say, seconds, show, startWorker } from "../phone/page";
import { checkIn, hasExpired, isPrinted, lookUp, place, proofByLocation, whoAmI } from "./check-in";
import type { Me, Outcome, Place } from "./check-in";
import { WORDS } from "./words";

type View = "notice" | "form_page" | "verdict";
const PASS_LASTS = 300;
const w = (key: string, values = {}): string => say(WORDS, key, values);

let here: Place | undefined;
let me: Me | undefined;
let outcome: (Outcome & { moment: number; temperature: number | null }) | undefined;
let notice: { kind: string; s: number } = { kind: "loading", s: 0 };
let again: () => void = () => undefined;
let view: View = "notice";
let fault = "";
let useDigits = false;
let busy = false;

const chip = (shape: string, word: string, colour: string): void => {
  drawShape(shape, colour);
  byId(shape).parentElement!.dataset["colour"] = colour;
  put(word, w(colour));
};

const paintNotice = (): void => {
  const { kind, s } = notice;
  put("notice_title", w(kind === "loading" ? kind : kind + "_title"));
  put("notice_text", kind === "loading" ? "" : w(kind + "_text", { place: here?.name ?? w("here"), s }));
  const failed = ["offline", "busy", "error"].includes(kind);
  byId<HTMLAnchorElement>("apply").href = "/apply?next=" + encodeURIComponent("/p/" + place);
  show("apply", kind === "stranger");
  show("retry", failed);
  show("own", failed);
};

const paintForm = (): void => {
  put("place", here?.name ?? "");
  byId<HTMLAnchorElement>("about").href = "/places/" + (here?.checkpoint ?? "");
  chip("mine_shape", "mine_word", me?.colour ?? "grey");
  put("fault", fault && w(fault));
  show("fault", !!fault);
  byId("temperature").ariaInvalid = String(fault === "temperature_bad");
  byId("door_code").ariaInvalid = String(fault === "door_code_bad");
  show("digits", useDigits);
  show("locate", isPrinted() && !useDigits);
  byId("enter").ariaBusy = String(busy);
  put("enter", w(busy ? "sending" : "enter"));
};

/** The colour of the whole screen: a refusal never shows green. */
const ground = ({ verdict, colour }: Outcome): string =>
  verdict === "admit" ? colour : verdict === "refer" ? "grey" : colour === "green" || colour === "grey" ? "ink" : colour;

const factsOf = (): string => {
  const { moment, temperature } = outcome!;
  const parts = [w("checked_in", { t: clockFace(moment) }), temperature !== null && w("taken", { t: temperature.toFixed(1) })];
  return parts.filter(Boolean).join(" · ");
};

const paintVerdict = (): void => {
  const { verdict, reason, colour, name } = outcome!;
  document.body.dataset["colour"] = ground(outcome!);
  drawShape("shape", verdict === "admit" ? colour : verdict === "deny" ? "red" : "grey");
  put("word", w(verdict));
  put("verdict_place", here?.name ?? "");
  put("clock", clockFace(now()));
  put("name", name);
  chip("colour_shape", "colour_word", colour);
  byId("colour_shape").parentElement!.hidden = colour === "grey" && reason !== "colour";
  put("facts", factsOf());
  put("do", verdict === "admit" ? w("trust") : w(`do_${reason}` in WORDS ? `do_${reason}` : "do_error", { colour: w(colour).toLowerCase() }));
  show("with_digits", reason === "presence");
  show("why", reason === "colour");
};

const paint = (): void => {
  for (const one of ["notice", "form_page", "verdict"] as View[]) show(one, view === one);
  if (view !== "verdict") delete document.body.dataset["colour"];
  ({ notice: paintNotice, form_page: paintForm, verdict: paintVerdict })[view]();
  document.querySelector('meta[name="theme-color"]')!.setAttribute("content", getComputedStyle(document.body).backgroundColor);
};

const go = (to: View): void => {
  view = to;
  paint();
};

const tell = (kind: string, s = 0): void => {
  notice = { kind, s };
  go("notice");
};

/** Says why the gate did not answer the question, and what can be done. */
const explain = (refusal: Refusal, retry: () => void): void => {
  again = retry;
  if (refusal.status === 0) return tell("offline");
  if (refusal.status === 401 || refusal.status === 403) return tell("stranger");
  if (refusal.status === 429 || refusal.status === 503) return tell("busy", refusal.wait || 5);
  if (hasExpired() || refusal.reason === "expired") return tell("expired");
  if (refusal.reason === "closed") return tell("closed");
  tell([400, 404, 410, 422].includes(refusal.status) ? "bad" : "error");
};

const open = async (): Promise<void> => {
  tell("loading");
  const [found, known] = await Promise.all([lookUp(), whoAmI()]);
  if (!found.ok) return explain(found, () => void open());
  here = found.body;
  if (hasExpired()) return tell("expired");
  if (!here.open) return tell("closed");
  if (!known.ok) return explain(known, () => void open());
  me = known.body;
  useDigits ||= isPrinted() && here.located === false;
  go("form_page");
};

const complain = (about: string, field?: string): void => {
  fault = about;
  busy = false;
  go("form_page");
  if (field) byId(field).focus();
};

/** Degrees, null when left empty, NaN when it is no temperature. */
const temperatureTyped = (): number | null => {
  const typed = byId<HTMLInputElement>("temperature").value.trim().replace(/[,，。]/, ".");
  if (!typed) return null;
  const degrees = Number(typed);
  return degrees >= 34 && degrees <= 43 ? Math.round(degrees * 10) / 10 : NaN;
};

const accept = (answer: Outcome, temperature: number | null): void => {
  outcome = { ...answer, temperature, moment: seconds(answer.at) ?? now() };
  busy = false;
  go("verdict");
};

const submit = async (): Promise<void> => {
  const temperature = temperatureTyped();
  const digits = byId<HTMLInputElement>("door_code").value.trim();
  if (busy) return;
  if (Number.isNaN(temperature)) return complain("temperature_bad", "temperature");
  if (useDigits && !/^\d{6}$/.test(digits)) return complain("door_code_bad", "door_code");
  fault = "";
  busy = true;
  paint();
  const proof = useDigits || !isPrinted() ? undefined : await proofByLocation();
  const retry = (): void => complain("");
  if (isPrinted() && !useDigits && !proof) return askForDigits();
  if (proof && !proof.ok) return explain(proof, retry);
  const answer = await checkIn(temperature, useDigits ? { door_code: digits } : proof?.body);
  if (!answer.ok) return explain(answer, retry);
  accept(answer.body, temperature);
};

const askForDigits = (): void => {
  useDigits = true;
  complain("no_location", "door_code");
};

const tick = (): void => {
  if (view === "verdict") {
    if (outcome!.verdict === "admit" && now() - outcome!.moment > PASS_LASTS) tell("gone");
    else put("clock", clockFace(now()));
  }
  if (notice.kind === "busy" && notice.s > 0) tell("busy", notice.s - 1);
  setTimeout(tick, 1000 - ((now() * 1000) % 1000) + 8);
};

byId("form").onsubmit = (event) => {
  event.preventDefault();
  void submit();
};
byId("instead").onclick = () => {
  useDigits = true;
  complain("", "door_code");
};
byId("with_digits").onclick = byId("instead").onclick;
byId("retry").onclick = () => {
  notice.s = 0;
  again();
};
dress(WORDS, paint);
tick();
void open();
startWorker();
