/** What a page tells of itself is what the gate takes (gate/device_reports.py), and what it was told by whoever asks. */
import assert from "node:assert/strict";
import { test } from "node:test";

const kept = new Map<string, string>();
Object.assign(globalThis, {
  localStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) },
  BUILD: "0.1.0-abcdef12",
});
const { noteLists, reportOf } = await import("../src/phone/report");

const state = { paired: true, place: 1, mode: "online" as const, queue: 2, faults: ["camera_dark", "clock_off", "clock_off"] };

test("a report says version, age of the list, what waits, the uncorrected clock and the camera's state", () => {
  const first = reportOf("scanner", state, 1000.5, 40) as Record<string, unknown>;
  assert.match(String(first["hardware"]), /^web-[0-9a-f-]{36}$/);
  assert.deepEqual({ ...first, hardware: 0 }, {
    hardware: 0, at: 1000.5, version: "scanner 0.1.0-abcdef12", mode: "online", queue: 2, list_age: null, faults: ["camera_dark", "clock_off"],
  });
});

test("one browser is one machine on all its pages, and its list ages by the server's clock", () => {
  noteLists(900);
  const [scanner, group] = ["scanner", "group"].map((page) => reportOf(page, { ...state, faults: [] }, 1000.5, 40) as Record<string, unknown>);
  assert.equal(scanner!["hardware"], group!["hardware"]);
  assert.deepEqual([scanner!["list_age"], group!["version"]], [140, "group 0.1.0-abcdef12"]);
  noteLists(2000);
  assert.equal((reportOf("scanner", state, 1000.5, 40) as Record<string, unknown>)["list_age"], 0);
});
