/** The scanner: pairs once, then waits for codes from the camera, a bar-code gun or the keyboard, and shows one answer at a time. */
import { now, skew } from "../phone/clock";
import type { Refusal } from "../phone/gate";
import { byId, dress, put, say, show, startWorker } from "../phone/page";
import { paintAnswer } from "./answer";
import { hasTorch, readPicture, setTorch, startCamera } from "./camera";
import { countOne, paintCounts } from "./counts";
import { change, pair, refreshDoor, refreshKeys, theDoor } from "./door";
import { doorIsOpen, openDoor, closeDoor, paintDoor } from "./door-screen";
import { listenForGun } from "./gun";
import { drain, rejected, waiting, whyRejected } from "./queue";
import { signal, unlock } from "./signals";
import { isSilent, networkIsBack, verify } from "./verify";
import type { Result } from "./verify";
import { WORDS } from "./words";

type Notice = "loading" | "unpaired" | "pairing" | "pair_failed" | "pair_offline" | "revoked" | "no_checkpoint";
const STAY = { admit: 2200, deny: 7000, refer: 7000 };
const SAME_CODE = 5000;
const w = (key: string, values = {}): string => say(WORDS, key, values);

let notice: Notice | undefined = "loading";
let noticeText = "";
let noticeFault = "";
let online = true;
let busy = false;
let answerTimer = 0;
let last = { text: "", at: 0 };
let result: Result | undefined;

// --- words in place of the desk ---

const HEADINGS: Record<Notice, string> = {
  loading: "loading", unpaired: "unpaired_title", pairing: "pairing", pair_failed: "pair_failed_title", pair_offline: "pair_failed_title",
  revoked: "revoked_title", no_checkpoint: "no_checkpoint_title",
};

const paintNotice = (kind: Notice): void => {
  const asks = kind === "unpaired" || kind === "revoked" || kind === "pair_failed";
  const chooses = kind === "no_checkpoint";
  put("notice_title", w(HEADINGS[kind]));
  put("notice_text", kind === "loading" || kind === "pairing" ? "" : noticeText || w(kind + "_text"));
  put("notice_fault", noticeFault && w(noticeFault));
  show("notice_fault", !!noticeFault);
  show("notice_ask", asks || chooses);
  put("notice_label", w(chooses ? "checkpoint_label" : "pairing_label"));
  byId<HTMLInputElement>("notice_input").inputMode = chooses ? "numeric" : "text";
  put("notice_do", w(chooses ? "choose" : "pair"));
  show("notice_do", asks || chooses || kind === "pair_offline");
};

const paint = (): void => {
  const { checkpoint } = theDoor();
  show("notice", !!notice);
  show("desk", !notice);
  show("net", !notice);
  put("here", notice || !checkpoint ? w("title") : checkpoint.name);
  if (notice) paintNotice(notice);
  byId("net").dataset["net"] = online ? "online" : "offline";
  put("net", w(online ? "online" : "offline"));
  const skewed = !notice && Math.abs(skew()) > 60;
  const news = skewed ? w("skewed", { s: Math.round(Math.abs(skew())) }) : !notice && !online ? w("offline_long") : "";
  put("banner", news);
  show("banner", !!news);
  put("aim", w(busy ? "checking" : "aim"));
  paintCounts();
  if (result) paintAnswer(result);
  paintDoor();
};

const tell = (kind: Notice | undefined, text = ""): void => {
  notice = kind;
  noticeText = text;
  noticeFault = "";
  paint();
};

// --- the queue ---

const paintQueue = async (): Promise<void> => {
  const [wait, bad, why] = await Promise.all([waiting(), rejected(), whyRejected()]);
  put("waiting", w("waiting", { n: wait }));
  show("waiting", wait > 0);
  put("rejected", w("rejected", { n: bad }) + (why && w("rejected_why", { why })));
  show("rejected", bad > 0);
};

// --- the answer ---

const dismiss = (): void => {
  clearTimeout(answerTimer);
  result = undefined;
  last.at = Date.now();
  delete document.body.dataset["colour"];
  show("answer", false);
};

const showAnswer = (shown: Result): void => {
  countOne(shown.verdict);
  result = shown;
  byId<HTMLInputElement>("temperature").value = "";
  paint();
  show("answer", true);
  byId("answer").focus();
  signal(shown.verdict);
  clearTimeout(answerTimer);
  answerTimer = window.setTimeout(dismiss, STAY[shown.verdict]);
};

// --- one check ---

const complain = (about: string): void => {
  put("fault", about && w(about));
  show("fault", !!about);
};

/** Degrees, null when left empty, NaN when it is no temperature. */
const temperatureTyped = (): number | null => {
  const typed = byId<HTMLInputElement>("temperature").value.trim().replace(/[,，。]/, ".");
  const degrees = Number(typed);
  return typed ? (degrees >= 34 && degrees <= 43 ? Math.round(degrees * 10) / 10 : NaN) : null;
};

const check = async (code: string): Promise<void> => {
  const temperature = temperatureTyped();
  if (busy || notice || !code) return;
  if (Number.isNaN(temperature)) return complain("temperature_bad");
  if (result) dismiss();
  complain("");
  busy = true;
  last = { text: code, at: Date.now() };
  paint();
  const direction = document.querySelector<HTMLInputElement>("[name=direction]:checked")!.value as "entry" | "exit";
  const answer = await verify({ code, direction, temperature }, () => complain("busy"));
  busy = false;
  complain("");
  if ("ok" in answer) return lostRight(answer);
  online = !answer.offline;
  showAnswer(answer);
  void paintQueue();
};

/** The camera sees the same code many times a second; that is one person. */
const seen = (text: string): void => {
  if (busy || result || doorIsOpen()) return;
  if (text === last.text && Date.now() - last.at < SAME_CODE) return;
  void check(text);
};

// --- pairing and the minute's news ---

const lostRight = (refusal: Refusal): void => {
  dismiss();
  change({ paired: false });
  if (notice === "pair_failed" || notice === "pair_offline") return;
  tell(refusal.error === "device_revoked" ? "revoked" : "unpaired");
};

const renew = async (): Promise<void> => {
  const answer = await refreshDoor();
  online = answer.ok || answer.status !== 0;
  if (answer.ok) {
    networkIsBack();
    if (notice) tell(undefined);
    if (!Object.keys(theDoor().keys).length) await refreshKeys();
    await drain();
  } else if (answer.status === 401 || answer.status === 403) lostRight(answer);
  else if (answer.status === 404) wrongDoor();
  else if (theDoor().checkpoint) tell(notice === "loading" ? undefined : notice);
  else if (notice !== "pair_offline") tell("unpaired");
  paint();
  await paintQueue();
};

const wrongDoor = (): void => {
  const had = theDoor().chosen;
  change({ chosen: 0 });
  tell("no_checkpoint");
  noticeFault = had ? "no_checkpoint_bad" : "";
};

/** Just after each full minute, a little apart from the other doors; sooner while the network is away. */
const keepFresh = async (): Promise<void> => {
  if (!document.hidden && notice !== "pairing") await renew();
  const past = now() % 60;
  const wait = online && !isSilent() ? 61 - past + Math.random() * 2 : 10 + Math.random() * 5;
  setTimeout(() => void keepFresh(), wait * 1000);
};

/** Gates learn of a new device within a second or so; until then they answer that they are not ready. */
const gateKnowsUs = async (): Promise<void> => {
  for (let tries = 0; tries < 20; tries++) {
    const answer = await refreshDoor();
    if (answer.ok || answer.status !== 503) return;
    await new Promise((go) => setTimeout(go, 500));
  }
};

/** A link that does not pair leaves a device that is paired already at its door: an old link reloaded is no news. */
const pairWith = async (token: string): Promise<void> => {
  const { paired, checkpoint } = theDoor();
  tell("pairing");
  const answer = await pair(token);
  if (answer.ok) {
    history.replaceState(null, "", "/scanner");
    await gateKnowsUs();
    await renew();
    return refreshKeys();
  }
  if (answer.status !== 0) history.replaceState(null, "", "/scanner");
  if (paired) return tell(checkpoint ? undefined : "loading");
  if (answer.status === 0) return tell("pair_offline");
  tell("pair_failed", answer.message);
};

const tokenIn = (text: string): string => text.split("pair=").pop()!.trim();

byId("notice_form").onsubmit = (event) => {
  event.preventDefault();
  const typed = byId<HTMLInputElement>("notice_input");
  const value = notice === "pair_offline" ? location.hash : typed.value;
  typed.value = "";
  if (notice === "no_checkpoint") {
    change({ chosen: parseInt(value, 10) || 0 });
    void renew();
  } else if (value.trim()) void pairWith(tokenIn(value));
};

// --- camera, picture, gun, keyboard ---

const begin = async (): Promise<void> => {
  const video = byId<HTMLVideoElement>("video");
  put("start", w("starting"));
  show("camera_fault", false);
  const trouble = await startCamera(video, seen);
  put("start", w("start"));
  put("camera_fault", trouble ? w(trouble) : "");
  show("camera_fault", !!trouble);
  show("picture_box", !!trouble);
  for (const id of ["video", "frame", "aim"]) show(id, !trouble);
  show("start_box", !!trouble);
  show("torch", !trouble && hasTorch(video));
};
byId("start").onclick = () => {
  unlock();
  void begin();
};
byId("torch").onclick = () => {
  const torch = byId("torch");
  torch.ariaPressed = String(torch.ariaPressed !== "true");
  setTorch(byId<HTMLVideoElement>("video"), torch.ariaPressed === "true");
};
byId<HTMLInputElement>("picture").onchange = async (event) => {
  const input = event.target as HTMLInputElement;
  const text = input.files?.[0] && (await readPicture(input.files[0]).catch(() => undefined));
  input.value = "";
  put("camera_fault", text ? "" : w("no_code"));
  show("camera_fault", !text);
  if (text) void check(text);
};
byId("typed_form").onsubmit = (event) => {
  event.preventDefault();
  const typed = byId<HTMLInputElement>("typed");
  const code = typed.value.trim();
  typed.value = "";
  unlock();
  void check(code);
};
listenForGun((code) => void check(code));
byId("answer").onclick = dismiss;
byId("open_door").onclick = openDoor;
byId("close_door").onclick = closeDoor;
addEventListener("keydown", (event) => {
  if (event.key === "Escape" || (result && (event.key === " " || event.key === "Enter"))) {
    if (result) dismiss();
    else closeDoor();
  }
});
addEventListener("pointerdown", unlock, { once: true });
addEventListener("online", () => void renew());
addEventListener("offline", () => {
  online = false;
  paint();
});
setInterval(paintDoor, 500);
setInterval(() => void refreshKeys(), 3600 * 1000);

/** A camera that was allowed before starts by itself; sound waits for the first touch. */
const mayBegin = async (): Promise<void> => {
  const permission = await navigator.permissions?.query({ name: "camera" as PermissionName }).catch(() => undefined);
  if (permission?.state === "granted") await begin();
};

dress(WORDS, paint);
const token = location.hash.startsWith("#pair=") ? tokenIn(location.hash) : "";
if (token) void pairWith(token).then(keepFresh);
else void keepFresh();
if (theDoor().paired) {
  void refreshKeys();
  void mayBegin();
}
startWorker(JSON.parse(document.body.dataset["keep"] ?? "[]") as string[]);
