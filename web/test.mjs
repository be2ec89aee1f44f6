/** Compiles tests/*.test.ts and runs them with Node's own test runner. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "node_modules/.tests");
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const tests = readdirSync(join(HERE, "tests")).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: tests.map((name) => join(HERE, "tests", name)), outdir: OUT, outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", mainFields: ["module", "main"], format: "esm", target: "node20",
});
const run = spawnSync(process.execPath, ["--test", ...tests.map((name) => join(OUT, name.replace(".ts", ".mjs")))], {
  stdio: "inherit", env: { ...process.env, VECTORS: join(HERE, "../tests/vectors") },
});
process.exit(run.status ?? 1);
