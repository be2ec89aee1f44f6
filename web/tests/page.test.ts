import assert from "node:assert/strict";
import { test } from "node:test";
import { preferred } from "../src/phone/page";

test("a phone page speaks the first of Chinese and English among the browser's languages, and Chinese when there is neither", () => {
  const asked = [["en-GB", "zh-CN"], ["zh-TW", "en"], ["fr-FR", "en-US"], ["de", "ja"], [], ["EN"], ["enm", "zh"]];
  assert.deepEqual(asked.map(preferred), ["en", "zh-Hans", "en", "zh-Hans", "zh-Hans", "en", "zh-Hans"]);
});
