/** The scanner: pairs once, then waits for codes from the camera, a bar-code gun or the keyboard, and shows one answer at a time. */
import { now, passAnew, skew } from "../phone/clock";
import type { Refusal } from "../phone/gate";
import { byId, dress, put, say, show, startWorker } from "../phone/page";
import { paintAnswer } from "./answer";
import { hasTorch, readPicture, setTorch, startCamera } from "./camera";
import { countOne, paintCounts } from "./counts";
import { change, gateKnowsUs, pair, refreshDoor, refreshKeys, theDoor } from "./door";
import { doorIsOpen, openDoor, closeDoor, paintDoor } from "./door-screen";
import type { Unclear } from "./frames";
import { openGroups } from "./groups";
import { listenForGun } from "./gun";
import { tellHealth } from "./health";
import { age, ageWords, madeWords, offlineWords, policyWords, refusedWords } from "./list-age";
import { forgetLists, loadLists } from "./list-store";
import { refreshLists } from "./lists";
import { paintNotice } from "./notice";
import type { Notice } from "./notice";
import { drain, rejected, waiting, whyRejected } from "./queue";
import { signal, unlock } from "./signals";
import { temperatureTyped } from "./temperature";
import { isSilent, networkIsBack, verify } from "./verify";
import type { Result } from "./verify";
import { WORDS } from "./words";

const STAY = { admit: 2200, deny: 7000, refer: 7000 };
const SAME_CODE = 5000;
const w = (key: string, values = {}): string => say(WORDS, key, values);

let notice: Notice | undefined = "loading";
let said = { text: "", fault: "" };
let online = true;
let busy = false;
let answerTimer = 0;
let last = { text: "", at: 0 };
let result: Result | undefined;
let unclear: Unclear | undefined;
let cameraTrouble = "";

const paint = (): void => {
  const { checkpoint } = theDoor();
  show("notice", !!notice);
  show("desk", !notice);
  show("net", !notice);
  put("here", notice || !checkpoint ? w("title") : checkpoint.name);
  if (notice) paintNotice(notice, said);
  byId("net").dataset["net"] = online ? "online" : "offline";
  put("net", w(online ? "online" : "offline"));
  const skewed = !notice && Math.abs(skew()) > 60;
  const news = skewed ? w("skewed", { s: Math.round(Math.abs(skew())) }) : !notice && !online ? offlineWords() : "";
  put("banner", news);
  show("banner", !!news);
  put("aim", w(busy ? "checking" : unclear ?? "aim"));
  put("list_age", ageWords());
  byId("list_age").dataset["age"] = age();
  put("policy_age", policyWords());
  put("list_fault", refusedWords());
  show("list_fault", !!refusedWords());
  paintCounts();
  if (result) paintAnswer(result, madeWords());
  paintDoor();
};

const tell = (kind: Notice | undefined, text = ""): void => {
  notice = kind;
  said = { text, fault: "" };
  paint();
};

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
  for (const { verdict } of shown.company ?? [shown]) countOne(verdict);
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

const goToGroups = async (code = ""): Promise<void> => {
  if (busy || notice) return;
  busy = true;
  complain((await openGroups(code)) ? "" : "group_offline");
  busy = false;
};

const check = async (shown: string): Promise<void> => {
  const code = shown.normalize("NFKC");
  if (code.startsWith("AKG1:")) {
    last = { text: shown, at: Date.now() };
    return goToGroups(code);
  }
  const temperature = temperatureTyped();
  if (busy || notice || !code) return;
  if (Number.isNaN(temperature)) return complain("temperature_bad");
  if (result) dismiss();
  complain("");
  busy = true;
  last = { text: shown, at: Date.now() };
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

/** The camera sees the same code many times a second; that is one person. The next one need not wait until an admission is touched away. */
const seen = (text: string): void => {
  if (busy || doorIsOpen() || (result && result.verdict !== "admit")) return;
  if (text === last.text && (result || Date.now() - last.at < SAME_CODE)) return;
  void check(text);
};

const hint = (why: Unclear | undefined): void => {
  if (why === unclear) return;
  unclear = why;
  paint();
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
    passAnew(now());
    if (notice) tell(undefined);
    if (!Object.keys(theDoor().keys).length) await refreshKeys();
    await drain();
    void refreshLists().then(paint);
  } else if (answer.status === 401 || answer.status === 403) lostRight(answer);
  else if (answer.status === 404) wrongDoor();
  else if (theDoor().checkpoint) tell(notice === "loading" ? undefined : notice);
  else if (notice !== "pair_offline") tell("unpaired");
  paint();
  await paintQueue();
};

const wrongDoor = (): void => {
  const fault = theDoor().chosen ? "no_checkpoint_bad" : "";
  change({ chosen: 0 });
  tell("no_checkpoint");
  said = { text: "", fault };
};

/** Just after each full minute, a little apart from the other doors; sooner while the network is away or the list too old. */
const keepFresh = async (): Promise<void> => {
  if (!document.hidden && notice !== "pairing") await renew();
  const past = now() % 60;
  const wait = online && !isSilent() && age() === "good" ? 61 - past + Math.random() * 2 : 10 + Math.random() * 5;
  setTimeout(() => void keepFresh(), wait * 1000);
};

/** A link that does not pair leaves a device that is paired already at its door: an old link reloaded is no news. */
const pairWith = async (token: string): Promise<void> => {
  const { paired, checkpoint } = theDoor();
  tell("pairing");
  const answer = await pair(token);
  if (answer.ok) {
    history.replaceState(null, "", "/scanner");
    await forgetLists();
    await gateKnowsUs();
    await refreshKeys();
    return renew();
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
  cameraTrouble = (await startCamera(video, seen, hint)) ?? "";
  put("start", w("start"));
  put("camera_fault", cameraTrouble && w(cameraTrouble));
  show("camera_fault", !!cameraTrouble);
  show("picture_box", !!cameraTrouble);
  for (const id of ["video", "frame", "aim"]) show(id, !cameraTrouble);
  show("start_box", !!cameraTrouble);
  show("torch", !cameraTrouble && hasTorch(video));
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
byId("group").onclick = (event) => (event.preventDefault(), void goToGroups());
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
addEventListener("offline", () => void ((online = false), paint()));
setInterval(paintDoor, 500);
setInterval(paint, 15000);
setInterval(() => void refreshKeys(), 3600 * 1000);

/** A camera that was allowed before starts by itself; sound waits for the first touch. */
const mayBegin = async (): Promise<void> => {
  const permission = await navigator.permissions?.query({ name: "camera" as PermissionName }).catch(() => undefined);
  if (permission?.state === "granted") await begin();
};

tellHealth(() => ({ online: online && !isSilent(), camera: cameraTrouble, unclear }));
dress(WORDS, paint);
void loadLists().then(paint);
const token = location.hash.startsWith("#pair=") ? tokenIn(location.hash) : "";
if (token) void pairWith(token).then(keepFresh);
else void keepFresh();
if (theDoor().paired) {
  void refreshKeys();
  void mayBegin();
}
startWorker(JSON.parse(document.body.dataset["keep"] ?? "[]") as string[]);
