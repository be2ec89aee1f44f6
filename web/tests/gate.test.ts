import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { ask } from "../src/phone/gate";

test("a page of a door names its checkpoint, so that all of a place reaches one gate; other pages name none", async () => {
  Object.assign(globalThis, { document: { documentElement: { lang: "en" } } });
  const heard: (string | undefined)[][] = [];
  const server = createServer((request, response) => {
    const { "x-ankang-place": place, "accept-language": lang, "content-type": type } = request.headers;
    heard.push([request.method, place as string | undefined, lang, type]);
    response.end("{}");
  });
  await new Promise<void>((go) => server.listen(0, "127.0.0.1", go));
  const path = `http://127.0.0.1:${(server.address() as AddressInfo).port}/g/v1/verify`;
  await ask(path, { code: "AK1:" }, 1500, 12);
  await ask(path, undefined, undefined, 12);
  await ask(path);
  server.close();
  assert.deepEqual(heard, [
    ["POST", "12", "en", "application/json"],
    ["GET", "12", "en", undefined],
    ["GET", undefined, "en", undefined],
  ]);
});
