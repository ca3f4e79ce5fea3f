// Rows that are piped in, kept in a file: they are read in another process, and again when the run is resumed.
// Looks at their beginning for the kind of file; reading rows is data's business.
import { createHash, randomBytes } from "node:crypto";
import { createWriteStream, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeFolders } from "../../core/folders.ts";
import { ftHome } from "../../core/paths.ts";
import { encodingOf } from "../../core/text-encoding.ts";
import { formats } from "../../data/formats/index.ts";
import { listRuns } from "../../runs/index.ts";

/** What is named as data when they are to come through the standard input. */
export const PIPED = "-";

/** Separators of tables, with the ending of their files. */
const TABLES: readonly (readonly [separator: string, extension: string])[] = [
  ["\t", ".tsv"],
  [";", ".csv"],
  [",", ".csv"],
];

/** A first line that names the fields of a row format is the header of a table. */
function isHeader(line: string, separator: string): boolean {
  const names = line.split(separator).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  const row = Object.fromEntries(names.map((name) => [name, "x"]));
  return formats.names().some((name) => formats.get(name).detect(row));
}

/** The ending of a file that begins so: JSON, a table, or plain text. */
export function extensionFor(start: Uint8Array): string {
  const text = new TextDecoder(encodingOf(start)).decode(start).trimStart();
  if (/^[[{]/.test(text)) return ".jsonl";
  const [firstLine = ""] = text.split(/\r?\n/, 1);
  const table = TABLES.find(([separator]) => isHeader(firstLine, separator));
  return table?.[1] ?? ".txt";
}

/** How much of the beginning is looked at. */
const lookedAt = 64 * 1024;

function inputFolder(): string {
  return join(ftHome(), "input");
}

/** Writes all of the input below FT_HOME, under a name that is that of its content. Returns the file's path. */
export async function keepInput(input: AsyncIterable<Uint8Array>): Promise<string> {
  const folder = inputFolder();
  makeFolders(folder);
  const temporary = join(folder, `.piped-${process.pid}-${randomBytes(4).toString("hex")}`);
  const hash = createHash("sha256");
  let start = Buffer.alloc(0);
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of input) {
      if (start.length < lookedAt) start = Buffer.concat([start, chunk]);
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(watched(), createWriteStream(temporary, { flags: "wx" }));
    const file = join(folder, `${hash.digest("hex").slice(0, 16)}${extensionFor(start)}`);
    renameSync(temporary, file);
    return file;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export interface KeptInput {
  path: string;
  bytes: number;
}

/** Nobody knows yet of a run that is about to start over what was kept a moment ago. */
const startingMilliseconds = 24 * 3_600_000;

/**
 * Removes, or only tells, what was kept for runs whose folders are gone, and what no run came of in a day. Call it before
 * such runs are forgotten: they name what was theirs.
 */
export function pruneKeptInput({ dryRun }: { dryRun: boolean }): KeptInput[] {
  const folder = inputFolder();
  if (!existsSync(folder)) return [];
  const runs = listRuns();
  const isOf = (path: string) => (run: { dataset: string }) => resolve(run.dataset) === path;
  const isUnneeded = (path: string, changed: number): boolean => {
    const owners = runs.filter(isOf(path));
    if (owners.length > 0) return owners.every(({ status }) => status === "missing");
    return Date.now() - changed > startingMilliseconds;
  };
  const unneeded = readdirSync(folder).flatMap((name): KeptInput[] => {
    const path = join(folder, name);
    const { size, mtimeMs } = statSync(path);
    return isUnneeded(path, mtimeMs) ? [{ path, bytes: size }] : [];
  });
  if (!dryRun) for (const { path } of unneeded) rmSync(path, { force: true });
  return unneeded;
}
