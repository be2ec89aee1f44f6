import assert from "node:assert/strict";
import { test } from "node:test";
import { shellOf } from "../src/phone/shell";

const HOME = "https://code.example";
const shell = (path: string): string | undefined => shellOf(new URL(path, HOME), HOME);

test("the service worker answers for the phone pages and for nothing else", () => {
  assert.deepEqual(
    ["/code?lang=en", "/scanner", "/kiosk", "/group", "/p/IgAAABEDAQ", "/phone/icon.svg", "/", "/apply", "/me", "/g/v1/me", "/p/a/b", "https://other.example/code"].map(shell),
    ["/code", "/scanner", "/kiosk", "/group", "/p/", "/phone/icon.svg", undefined, undefined, undefined, undefined, undefined, undefined],
  );
});
