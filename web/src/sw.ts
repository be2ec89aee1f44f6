/** The service worker: keeps the shells of the phone pages, so that they open without a network. It never keeps an answer of the gate. */
import { mayKeep, shellOf } from "./phone/shell";

declare const VERSION: string;
declare const SCANNER: string[];
declare const self: ServiceWorkerGlobalScope;
interface ServiceWorkerGlobalScope extends EventTarget {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}
interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Event {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

const NAME = "ankang-";
const SHELL = ["/code", "/phone/icon.svg", "/phone/code.webmanifest"];
const LATER = ["/scanner", "/phone/ride.js", "/kiosk", "/group"];
const cache = (): Promise<Cache> => caches.open(NAME + VERSION);
const fresh = (paths: string[]): Request[] => paths.map((path) => new Request(path, { cache: "reload" }));

/** What a device had off line beside its code, it keeps having after an update. */
const install = async (): Promise<void> => {
  const more: string[] = [];
  for (const path of LATER) if (await caches.match(path)) more.push(...(path === "/scanner" ? SCANNER : [path]));
  await (await cache()).addAll(fresh([...SHELL, ...more]));
  await self.skipWaiting();
};

const activate = async (): Promise<void> => {
  for (const name of await caches.keys()) if (name.startsWith(NAME) && name !== NAME + VERSION) await caches.delete(name);
  await self.clients.claim();
};

const keep = async (paths: string[]): Promise<void> => {
  const kept = await cache();
  for (const path of paths) if (!(await kept.match(path))) await kept.addAll(fresh([path]));
};

const answer = async (request: Request, key: string): Promise<Response> => {
  const kept = await cache();
  const known = await kept.match(key);
  if (known) return known;
  const response = await fetch(request);
  if (mayKeep(response)) await kept.put(key, response.clone());
  return response;
};

self.addEventListener("install", (event) => (event as Waiting).waitUntil(install()));
self.addEventListener("activate", (event) => (event as Waiting).waitUntil(activate()));
self.addEventListener("message", (event) => (event as Waiting).waitUntil(keep((event as MessageEvent<string[]>).data)));
self.addEventListener("fetch", (event) => {
  const { request } = event as Fetching;
  const key = request.method === "GET" && shellOf(new URL(request.url), location.origin);
  if (key) (event as Fetching).respondWith(answer(request, key));
});
