// A run in one file, to send or to keep: its figures as CSV, all it says as JSON, or its folder as an archive.
// Weights go along only when they are asked for.
import { createWriteStream, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { writeFileAtomic } from "../core/atomic-files.ts";
import { curvesCsv, curvesOf } from "./curves.ts";
import { readEvents } from "./event-log.ts";
import { LOCK_FILE } from "./lock.ts";
import { FINAL_MODEL } from "./run-folder.ts";
import type { RunDetails } from "./run-index.ts";
import { tarOf } from "./tar.ts";

export const EXPORT_FORMATS = ["csv", "json", "tar"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Folders of a run that hold weights. */
function holdsWeights(path: string): boolean {
  return [FINAL_MODEL, "checkpoints"].includes(path.split("/")[0] ?? "");
}

function filesOf(folder: string, withWeights: boolean): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== LOCK_FILE)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => withWeights || !holdsWeights(path))
    .sort();
}

/** The figures of a run as CSV. */
export function runCsv({ outputDir }: Pick<RunDetails, "outputDir">): string {
  return curvesCsv(curvesOf(readEvents(outputDir)));
}

/** What a run recorded and said. */
export function runDocument({ runId, outputDir, record }: RunDetails): object {
  return { runId, record, events: readEvents(outputDir) };
}

/** Writes a run to a file, which may not be there yet. */
export async function exportRun(
  run: RunDetails,
  { format, to, weights }: { format: ExportFormat; to: string; weights: boolean },
): Promise<void> {
  if (format === "csv") return await writeFileAtomic(to, runCsv(run));
  if (format === "json") {
    return await writeFileAtomic(to, `${JSON.stringify(runDocument(run), null, 2)}\n`);
  }
  const parts = tarOf(run.outputDir, filesOf(run.outputDir, weights), run.runId);
  await pipeline(Readable.from(parts), createGzip(), createWriteStream(to, { flags: "wx" }));
}
