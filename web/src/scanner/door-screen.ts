/** The screen that visitors scan: this minute's place code and the six digits. */
import { now } from "../phone/clock";
import { byId, clockFace, put, say, show } from "../phone/page";
import { drawQr } from "../phone/qr";
import { theDoor } from "./door";
import { WORDS } from "./words";

/** The gate takes a rotating code one minute longer. */
const GRACE = 60;
let drawn = "";

export const doorIsOpen = (): boolean => !byId("door").hidden;

export const paintDoor = (): void => {
  const { checkpoint, placeToken, doorCode, until } = theDoor();
  if (!doorIsOpen()) return;
  const valid = !!placeToken && now() < until + GRACE;
  if (valid && drawn !== placeToken) drawQr(byId<HTMLCanvasElement>("door_qr"), `${location.origin}/p/${placeToken}`);
  drawn = placeToken;
  put("door_place", checkpoint?.name ?? "");
  put("door_code", doorCode.replace(/^(...)/, "$1 "));
  put("door_clock", clockFace(now()));
  put("door_changes", valid ? say(WORDS, "door_changes", { s: Math.max(0, Math.ceil(until - now())) }) : "");
  show("door_qr", valid);
  show("door_digits_box", valid);
  show("door_gone", !valid);
};

export const openDoor = (): void => {
  show("door", true);
  paintDoor();
  byId("close_door").focus();
};

export const closeDoor = (): void => {
  if (!doorIsOpen()) return;
  show("door", false);
  byId("open_door").focus();
};
