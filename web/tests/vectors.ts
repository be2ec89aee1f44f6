/** The test vectors that all parts of the house share. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const vectors = <T>(name: string): T => JSON.parse(readFileSync(join(process.env["VECTORS"]!, `${name}.json`), "utf8")) as T;
