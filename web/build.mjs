/** Builds the phone pages into src/ankang/site/phone, the Django pages' assets into src/ankang/site/static/dist, and copies the fonts of PDF files. */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { basename, dirname, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const SITE = join(HERE, "../src/ankang/site");
const PHONE = join(SITE, "phone");
const DIST = join(SITE, "static/dist");
const FONTS = join(HERE, "../src/ankang/base/fonts");
const CODE_PAGE_LIMIT = 14 * 1000;
const TARGET = ["es2020", "chrome80", "safari14.1", "firefox78"];
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm",
};
const NEVER_CHANGES = "public, max-age=31536000, immutable";
const ASK_FIRST = "no-cache";
const A_DAY = "public, max-age=86400";

const read = (path) => readFileSync(join(HERE, path), "utf8");
const sha = (text, form) => createHash("sha256").update(text).digest(form);
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

/** What devices call themselves: the version of the package, and of the sources as they are. */
function buildName() {
  const files = readdirSync(join(HERE, "src"), { recursive: true }).map(String).filter((name) => /\.(ts|html|css)$/.test(name)).sort();
  return `${JSON.parse(read("package.json")).version}-${sha(files.map((name) => name + read(`src/${name}`)).join("\n"), "hex").slice(0, 8)}`;
}

async function script(entry, defined = {}, format = "iife") {
  const define = { BUILD: JSON.stringify(buildName()), ...defined };
  const made = await build({
    entryPoints: [join(HERE, entry)], bundle: true, minify: true, format, target: TARGET, write: false, define, legalComments: "none", charset: "utf8",
  });
  return withoutForeignHosts(made.outputFiles[0].text.trim());
}

/** A library may carry its own download address as a default that we never use: no page of ours names another host. */
function withoutForeignHosts(text) {
  return text.replace(/https:\/\/fastly\.jsdelivr\.net\/npm\/zxing-wasm@[\d.]+\/dist\//g, "/phone/");
}

async function style(...sheets) {
  const css = sheets.map((sheet) => read(`src/styles/${sheet}.css`)).join("\n");
  return (await transform(css, { loader: "css", minify: true, target: TARGET })).code.trim();
}

/** Leaves out the tokens that a page does not use, and the console's dark ones. */
function withoutUnusedTokens(css) {
  let left = css.replace(/html\.dark\{[^}]*\}/g, "").replace(/@media print\{:root,html\.dark\{[^}]*\}\}/g, "").replace(/@media print\{:root\{[^}]*\}\}/g, "");
  for (let before = ""; before !== left;) {
    before = left;
    left = left.replace(/(?<=[{;])(--[\w-]+):[^;}]*(;|(?=\}))/g, (whole, name) => (name === "--glyph" || left.includes(`var(${name}`) ? whole : ""));
  }
  return left;
}

function symbols(names) {
  const one = ([id, file]) => read(`src/shapes/${file}.svg`).trim().replace(/<svg [^>]*>/, `<symbol id="${id}" viewBox="0 0 64 64">`).replace("</svg>", "</symbol>");
  return names.map(one).join("");
}

const COLOURS = ["green", "yellow", "red", "grey"];
const sprite = () => `<svg hidden>${symbols([["mark", "mark"], ...COLOURS.map((c) => [`shape-${c}`, c])])}</svg>`;

function html(file, css, js) {
  return read(file).replace(/>\s+</g, "><").replace("<!--shapes-->", sprite).replace("<!--style-->", () => css).replace("<!--script-->", () => js).trim();
}

function policy({ scripts, styles, camera = false }) {
  const own = (list) => list.map((text) => (text === "self" ? "'self'" : text === "wasm" ? "'wasm-unsafe-eval'" : `'sha256-${sha(text, "base64")}'`)).join(" ");
  return [
    "default-src 'none'", `script-src ${own(scripts)}`, `style-src ${own(styles)}`, "img-src 'self' data:", "connect-src 'self'", "manifest-src 'self'",
    "worker-src 'self'", camera ? "media-src 'self' blob: mediastream:" : "", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].filter(Boolean).join("; ");
}

const routes = [];

/** Writes one file with its compressed forms and its line in routes.json; returns the size a modern browser receives. */
function put(path, name, content, { csp = null, cache }) {
  const bytes = Buffer.from(content);
  const packed = brotli(bytes);
  writeFileSync(join(PHONE, name), bytes);
  writeFileSync(join(PHONE, name + ".br"), packed);
  writeFileSync(join(PHONE, name + ".gz"), gzipSync(bytes, { level: 9 }));
  routes.push({ path, file: name, content_type: TYPES[extname(name)], csp, cache, etag: sha(bytes, "hex").slice(0, 16) });
  return packed.length;
}

async function inlined(path, page, sheets, extra = []) {
  const css = withoutUnusedTokens(await style("tokens", "phone", ...sheets));
  const js = await script(`src/${page}/main.ts`);
  const text = html(`src/${page}/page.html`, `<style>${css}</style>`, `<script>${js}</script>`);
  return put(path, `${page}.html`, text, { csp: policy({ scripts: [...extra, js], styles: [css] }), cache: ASK_FIRST });
}

/** The page that the front fills in by itself (site/spare_page.py): one file that asks for no other. Not a route. */
async function spare() {
  const css = withoutUnusedTokens(await style("tokens", "spare"));
  const page = read("src/spare/page.html").replace(/>\s+</g, "><").replace("<!--style-->", () => `<style>${css}</style>`);
  writeFileSync(join(PHONE, "spare.html"), page.replace("<!--mark-->", symbols([["mark", "mark"]])).trim());
}

async function scanner() {
  const wasm = readFileSync(join(HERE, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm"));
  const wasmName = `zxing-${sha(wasm, "hex").slice(0, 10)}.wasm`;
  const css = withoutUnusedTokens(await style("tokens", "phone", "scanner"));
  const js = await script("src/scanner/main.ts", { WASM: JSON.stringify(`/phone/${wasmName}`) });
  const jsName = `scanner-${sha(js, "hex").slice(0, 10)}.js`;
  const files = ["/scanner", `/phone/${jsName}`, `/phone/${wasmName}`, "/phone/scanner.webmanifest"];
  const page = html("src/scanner/page.html", `<style>${css}</style>`, `<script src="/phone/${jsName}" defer></script>`);
  const text = page.replace("<body>", `<body data-keep='${JSON.stringify(files)}'>`);
  const sizes = {
    html: put("/scanner", "scanner.html", text, { csp: policy({ scripts: ["self", "wasm"], styles: [css], camera: true }), cache: ASK_FIRST }),
    js: put(`/phone/${jsName}`, jsName, js, { cache: NEVER_CHANGES }),
    wasm: put(`/phone/${wasmName}`, wasmName, wasm, { cache: NEVER_CHANGES }),
  };
  return { sizes, files };
}

async function phonePages() {
  rmSync(PHONE, { recursive: true, force: true });
  mkdirSync(PHONE, { recursive: true });
  const code = await inlined("/code", "code", ["code"], ["self"]);
  const ride = put("/phone/ride.js", "ride.js", await script("src/ride/main.ts", {}, "esm"), { cache: ASK_FIRST });
  const place = await inlined("/p/{token}", "place", ["place"]);
  const kiosk = await inlined("/kiosk", "kiosk", ["kiosk"]);
  const group = await inlined("/group", "group", ["group"]);
  const { sizes, files } = await scanner();
  await spare();
  const icon = put("/phone/icon.svg", "icon.svg", read("src/phone/icon.svg"), { cache: A_DAY });
  put("/favicon.ico", "favicon.svg", read("src/phone/icon.svg"), { cache: A_DAY });
  const manifest = put("/phone/code.webmanifest", "code.webmanifest", read("src/phone/code.webmanifest"), { cache: A_DAY });
  for (const name of ["icon-192.png", "icon-512.png"]) put(`/phone/${name}`, name, readFileSync(join(HERE, "src/phone", name)), { cache: A_DAY });
  put("/phone/scanner.webmanifest", "scanner.webmanifest", read("src/phone/scanner.webmanifest"), { cache: A_DAY });
  const version = sha(routes.map((route) => route.etag).join(), "hex").slice(0, 12);
  const worker = put("/sw.js", "sw.js", await script("src/sw.ts", { VERSION: JSON.stringify(version), SCANNER: JSON.stringify(files) }), { cache: ASK_FIRST });
  writeFileSync(join(PHONE, "routes.json"), JSON.stringify(routes, null, 1));
  const first = code + worker + icon + manifest;
  writeFileSync(join(PHONE, "sizes.json"), JSON.stringify({ code_page_bytes: first, code, worker, icon, manifest, ride, place, kiosk, group, scanner: sizes }, null, 1));
  console.log(`code page, first load, brotli: ${first} bytes (page ${code}, service worker ${worker}, icon ${icon}, manifest ${manifest}); limit ${CODE_PAGE_LIMIT}`);
  console.log(`ride code, when it is used: ${ride}; place page: ${place}; kiosk: ${kiosk}; group: ${group}; scanner: page ${sizes.html}, script ${sizes.js}, zxing ${sizes.wasm}`);
  return first;
}

async function djangoAssets() {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  for (const sheet of ["tokens", "pages", "console"]) writeFileSync(join(DIST, `${sheet}.css`), await style(sheet));
  const board = await script("src/console/board.ts");
  writeFileSync(join(DIST, "board.js"), board);
  writeFileSync(join(DIST, "upload.js"), await script("src/console/upload.ts"));
  writeFileSync(join(DIST, "passkey.js"), await script("src/console/passkey.ts"));
  writeFileSync(join(DIST, "keys.js"), await script("src/console/keys.ts"));
  writeFileSync(join(DIST, "elder.js"), await script("src/elder/elder.ts"));
  writeFileSync(join(DIST, "elder.css"), await style("../elder/elder"));
  writeFileSync(join(DIST, "shrink.js"), await script("src/people/shrink.ts"));
  writeFileSync(join(DIST, "print.js"), await script("src/console/print.ts"));
  const open = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">';
  writeFileSync(join(DIST, "shapes.svg"), `${open}${symbols(COLOURS.map((c) => [c, c]))}</svg>`);
  writeFileSync(join(DIST, "mark.svg"), `${open}${symbols([["mark", "mark"]])}<use href="#mark"/></svg>`);
  writeFileSync(join(DIST, "icon.svg"), read("src/phone/icon.svg"));
  const names = readdirSync(DIST).map((name) => basename(name)).join(" ");
  console.log(`static/dist: ${names}; board.js ${brotli(Buffer.from(board)).length} bytes`);
}

/** The fonts that base/pdf.py puts into PDF files. No page loads them. */
function printFonts() {
  const from = join(HERE, "node_modules/@expo-google-fonts/noto-sans-sc");
  rmSync(FONTS, { recursive: true, force: true });
  mkdirSync(FONTS, { recursive: true });
  for (const file of ["400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf", "LICENSE_FONT"]) copyFileSync(join(from, file), join(FONTS, basename(file)));
}

printFonts();
await djangoAssets();
const first = await phonePages();
if (first > CODE_PAGE_LIMIT) {
  console.error(`The code page is too heavy: ${first} > ${CODE_PAGE_LIMIT} bytes.`);
  process.exit(1);
}
