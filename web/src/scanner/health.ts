/** What the scanner says of itself, for the console: online or not, what waits, the camera, the lists, the clock. */
import { skew } from "../phone/clock";
import { keepReporting } from "../phone/report";
import { theDoor } from "./door";
import type { Unclear } from "./frames";
import { listTrouble } from "./lists";
import { waiting } from "./queue";

export interface Seen {
  online: boolean;
  /** Why the camera does not run; "" when it does, or was not asked to. */
  camera: string;
  unclear: Unclear | undefined;
}
/** By how many seconds a clock may be off before that is a fault. */
const CLOCK = 30;

/** A picture that has been too dark or too bright for seconds is the camera's state too. */
export const faultsOf = ({ camera, unclear }: Seen): string[] => {
  const picture = unclear === "dark" || unclear === "bright" ? `camera_${unclear}` : "";
  return [camera, picture, listTrouble() && `list_${listTrouble()}`, clockFault()].filter(Boolean);
};

export const clockFault = (): string => (Math.abs(skew()) > CLOCK ? "clock_off" : "");

export const tellHealth = (seen: () => Seen): void =>
  keepReporting("scanner", async () => {
    const { paired, checkpoint } = theDoor();
    return { paired, place: checkpoint?.id ?? 0, mode: seen().online ? "online" : "offline", queue: await waiting(), faults: faultsOf(seen()) };
  }, skew);
