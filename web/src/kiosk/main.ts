/** A screen at a door: this minute's place code, its digits, the clock. It holds no key and no code of a coming minute: whoever
 *  stole the screen, or its memory, could otherwise send tomorrow's codes around. Without a network it says so and shows none. */
import { now, skew } from "../phone/clock";
import { byId, clockFace, dress, put, say, show, startWorker } from "../phone/page";
import { drawQr } from "../phone/qr";
import { keepReporting } from "../phone/report";
import { change, pair, refreshDoor, theDoor } from "../scanner/door";
import { WORDS } from "./words";

/** The gate takes a rotating code one minute longer. */
const GRACE = 60;
const RETRY = 5;
/** Seconds until a gate that has only just begun, or not heard of this screen yet, is asked again. */
const BEGINS = 1;
/** Pixels by which the picture wanders, a step a minute, so that nothing burns in. */
const DRIFT = 10;

type Notice = "loading" | "starting" | "pairing" | "unpaired" | "offline" | "no_checkpoint";
let notice: Notice | undefined = "loading";
let fault = "";
let drawn = "";
const w = (key: string, values = {}): string => say(WORDS, key, values);

const paintNotice = (): void => {
  const asks = notice === "unpaired" || notice === "no_checkpoint";
  put("notice_title", w(notice!));
  put("notice_text", notice === "loading" || notice === "starting" || notice === "pairing" ? "" : w(notice + "_text"));
  put("notice_fault", fault);
  show("notice_fault", !!fault);
  show("notice_ask", asks);
  put("notice_label", w(notice === "no_checkpoint" ? "checkpoint_label" : "pairing_label"));
  put("notice_do", w(notice === "no_checkpoint" ? "choose" : "pair"));
  show("notice_do", asks);
};

const paint = (): void => {
  show("notice", !!notice);
  show("stage", !notice);
  show("foot", true);
  if (notice) return paintNotice();
  const { checkpoint, placeToken, doorCode, until } = theDoor();
  const valid = !!placeToken && now() < until + GRACE;
  if (valid && drawn !== placeToken) {
    drawQr(byId<HTMLCanvasElement>("qr"), `${location.origin}/p/${placeToken}`);
    drawn = placeToken;
    wander();
  }
  put("place", checkpoint?.name ?? "");
  put("digits", doorCode.replace(/^(...)/, "$1 "));
  put("clock", clockFace(now()));
  put("next", valid ? w("next", { s: Math.max(0, Math.ceil(until - now())) }) : "");
  show("qr", valid);
  for (const id of ["digits_box", "how", "alive"]) show(id, valid);
  show("gone", !valid);
};

const wander = (): void => {
  const minute = Math.floor(now() / 60);
  const stage = byId("stage").style;
  stage.setProperty("--dx", `${((minute % 5) - 2) * (DRIFT / 2)}px`);
  stage.setProperty("--dy", `${((Math.floor(minute / 5) % 5) - 2) * (DRIFT / 2)}px`);
};

const tell = (kind: Notice | undefined, why = ""): void => {
  notice = kind;
  fault = why;
  paint();
};

const renew = async (): Promise<boolean> => {
  const answer = await refreshDoor();
  if (answer.ok) tell(undefined);
  else if (answer.status === 401 || answer.status === 403) {
    change({ paired: false, placeToken: "" });
    tell("unpaired");
  } else if (answer.status === 404) {
    const bad = theDoor().chosen ? w("no_checkpoint_bad") : "";
    change({ chosen: 0 });
    tell("no_checkpoint", bad);
  } else if (answer.status === 503 && !theDoor().placeToken) tell("starting");
  else if (!theDoor().checkpoint) tell("offline");
  else tell(undefined);
  return answer.ok;
};

/** Just after each full minute; every few seconds while nothing answers. A screen that waits for its code asks seldom. */
const keepFresh = async (): Promise<void> => {
  const fresh = notice === "unpaired" || notice === "no_checkpoint" || notice === "pairing" || (await renew());
  const wait = fresh && !notice ? 60.3 - (now() % 60) : notice === "starting" ? BEGINS : RETRY;
  setTimeout(() => void keepFresh(), wait * 1000);
};

const pairWith = async (typed: string): Promise<void> => {
  const token = typed.split("pair=").pop()!.trim();
  if (!token) return;
  tell("pairing");
  const answer = await pair(token);
  history.replaceState(null, "", "/kiosk");
  if (!answer.ok) return tell("unpaired", answer.message || w("offline"));
  tell("loading");
  for (let tries = 0; tries < 20 && !(await renew()); tries++) await new Promise((go) => setTimeout(go, 500));
};

byId("notice_form").onsubmit = (event) => {
  event.preventDefault();
  const input = byId<HTMLInputElement>("notice_input");
  const typed = input.value;
  input.value = "";
  if (notice === "no_checkpoint") {
    change({ chosen: parseInt(typed, 10) || 0 });
    void renew();
  } else void pairWith(typed);
};

/** The screen stays on where the browser allows it; asked again whenever the page comes back into view. */
const stayOn = (): void => {
  const { wakeLock } = navigator as Navigator & { wakeLock?: { request(kind: "screen"): Promise<unknown> } };
  if (!document.hidden) void wakeLock?.request("screen").catch(() => undefined);
};
byId("full").onclick = () => {
  stayOn();
  void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.());
};

keepReporting("screen", async () => {
  const { paired, checkpoint, until } = theDoor();
  const fresh = now() < until + GRACE;
  return { paired, place: checkpoint?.id ?? 0, mode: fresh ? "online" : "stopped", queue: 0, faults: Math.abs(skew()) > 30 ? ["clock_off"] : [] };
}, skew);

dress(WORDS, paint);
startWorker(["/kiosk"]);
addEventListener("online", () => void renew());
document.addEventListener("visibilitychange", stayOn);
stayOn();
setInterval(paint, 500);
const asked = location.hash.startsWith("#pair=") ? location.hash : "";
void (asked ? pairWith(asked) : Promise.resolve()).then(keepFresh);
