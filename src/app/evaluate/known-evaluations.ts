// Where evaluations and benchmarks of this machine lie: one small file each under FT_HOME, as runs have. What they found
// is read from their own folders; one whose folder has gone is not told of.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { ftHome } from "../../core/paths.ts";
import { followedRuns } from "../../runs/index.ts";

const Entry = z.object({ folder: z.string() });

export interface KnownFolder {
  /** Of the folder, the same for ever. */
  id: string;
  /** Absolute. */
  folder: string;
}

const indexFolder = (): string => join(ftHome(), "evaluations");

const idOf = (folder: string): string =>
  createHash("sha256").update(folder).digest("hex").slice(0, 12);

/** Makes the folder of an evaluation or a benchmark known. */
export async function noteEvaluation(path: string): Promise<void> {
  const folder = resolve(path);
  await writeJsonAtomic(join(indexFolder(), `${idOf(folder)}.json`), { folder });
}

function entryIn(file: string): string[] {
  try {
    return [Entry.parse(JSON.parse(readFileSync(file, "utf8"))).folder];
  } catch {
    return [];
  }
}

function noted(): string[] {
  const folder = indexFolder();
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => entryIn(join(folder, name)));
}

/** Folders in which `ft evaluate` and `ft benchmark` write beside a run. */
const besideRuns = (): string[] =>
  followedRuns().flatMap(({ outputDir }) => [
    join(outputDir, "evaluation"),
    join(outputDir, "benchmark"),
  ]);

/** All that are there, in no order. */
export function knownEvaluations(): KnownFolder[] {
  const folders = [...new Set([...noted(), ...besideRuns()])].filter((folder) =>
    existsSync(folder),
  );
  return folders.map((folder) => ({ id: idOf(folder), folder }));
}
