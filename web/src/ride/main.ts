/** The ride side of the code page; loaded when somebody rides, so that the code page stays light. Works without a network. */
import { correction, generate, mode } from "lean-qr";
import { fromBase64url } from "../core/bytes";
import type { Colour } from "../core/code";
import { byId, say, show } from "../phone/page";
import { shown } from "./code";
import { checkLive, fetchRide, held, nextIsDue, remember } from "./store";
import type { Ride } from "./store";
import { WORDS } from "./words";

const PATIENCE = 15;
const CHECK_EVERY = 300;
const w = (key: string): string => say(WORDS, key);

let generated = 0;
let drawnFor = "";
let busy = false;
let tryAt = 0;
let checkAt = 0;
let trouble = "loading";

const made = <K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] => {
  const element = document.createElement(name);
  element.className = className;
  return element;
};

const box = made("div", "sheet");
const note = made("p", "");
const on = made("button", "btn btn--secondary");
note.setAttribute("role", "status");
on.type = "button";
box.append(note, on);
box.hidden = true;
byId("qr").after(box);

const draw = (ride: Ride, now: number): void => {
  const late = now - generated;
  if (drawnFor === ride.account && late >= 0 && late < ride.valid) return;
  generated = Math.floor(now);
  drawnFor = ride.account;
  const code = mode.bytes(shown(fromBase64url(ride.authorisation), generated, ride.key));
  generate(code, { minVersion: 14, minCorrectionLevel: correction.M }).toCanvas(byId<HTMLCanvasElement>("qr"), { off: [255, 255, 255, 255], pad: 4 });
};

/** One thing at a time: today's, whether it still counts, tomorrow's. Without a network it tries again later. */
const converse = async (now: number): Promise<void> => {
  const { today, off } = held(now);
  if (busy || off || now < tryAt || document.hidden) return;
  busy = true;
  if (!today) {
    const answer = await fetchRide("today", now);
    trouble = answer.ok ? "loading" : answer.status ? "busy" : "first";
    tryAt = answer.ok ? 0 : now + Math.max(PATIENCE * (1 + Math.random()), answer.wait);
  } else if (now > checkAt) {
    checkAt = now + CHECK_EVERY * (1 + Math.random() / 4);
    await checkLive(now);
  } else if (nextIsDue(now)) {
    const answer = await fetchRide("next", now);
    tryAt = answer.ok ? 0 : now + CHECK_EVERY;
  }
  busy = false;
};

on.onclick = () => {
  remember({ off: false });
  trouble = "loading";
  tryAt = 0;
};

/** Shows the code of this moment, or why there is none; returns what the gate will do, when there is one. */
export const paint = (now: number, colour: Colour): string => {
  void converse(now);
  const { today, off } = held(now);
  const ready = !!today && !off;
  show("qr", ready);
  box.hidden = ready;
  if (ready) draw(today, now);
  else drawnFor = "";
  const text = w(off ? "off" : trouble);
  if (note.textContent !== text) note.textContent = text;
  on.textContent = w("on");
  on.hidden = !off;
  return ready ? w(colour) : "";
};

/** Back to the pass: the picture is the pass's again. */
export const leave = (): void => {
  drawnFor = "";
  box.hidden = true;
  show("qr", true);
};

/** Keeps tomorrow's ahead on a phone that rides, also while it shows the pass. */
export const tend = (now: number): void => {
  held(now);
  void converse(now);
};
