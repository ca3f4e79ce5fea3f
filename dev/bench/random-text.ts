// Rows of random words for benchmarks, each long enough to fill a few hundred tokens.
import { writeFileSync } from "node:fs";
import { Random } from "../../src/core/random.ts";

/** Writes `rows` JSON lines of `{ "text": … }`, the same each time. */
export function writeRandomText(path: string, rows: number): void {
  const random = Random.fromSeed(11);
  const letter = (): string => "etaoinshrdlu"[random.integer(12)] ?? "";
  const word = (): string => Array.from({ length: 2 + random.integer(6) }, letter).join("");
  const text = (): string => Array.from({ length: 300 }, word).join(" ");
  const lines = Array.from({ length: rows }, () => `${JSON.stringify({ text: text() })}\n`);
  writeFileSync(path, lines.join(""));
}
