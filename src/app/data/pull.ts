// A split of a dataset of the hub as a file of JSON lines, each row as it is there, or as a version in the store.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { DataError, UsageError } from "../../core/errors.ts";
import type { Environment } from "../../core/paths.ts";
import { fileReaders } from "../../data/files/index.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";
import { resolveDataset } from "../../weights/hub-dataset.ts";
import type { OnProgress } from "../../weights/hub-progress.ts";
import { importRows, type ToldVersion } from "../store/history.ts";

export interface PullWish {
  /** `org/name` */
  id: string;
  config?: string | undefined;
  split?: string | undefined;
  revision?: string | undefined;
  /** File to write. */
  out?: string | undefined;
  /** Dataset in the store that gets it as its next version. */
  name?: string | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

export interface PulledSet {
  id: string;
  commit: string;
  split: string;
  license: string | null;
  rows: number;
  out: string | null;
  version: ToldVersion | null;
}

/** Throws DataError where a row cannot be read; then nothing is written. */
async function writeRows(files: readonly string[], out: string): Promise<number> {
  using output = new WholeFile(out);
  let rows = 0;
  for (const file of files) {
    for await (const raw of fileReaders.get(extname(file).toLowerCase())(file)) {
      if (!("value" in raw)) throw badRow(file, raw.line, raw.problem);
      output.line(JSON.stringify(raw.value));
      rows++;
    }
  }
  await output.commit();
  return rows;
}

function badRow(file: string, line: number, problem: string): DataError {
  return new DataError("FT-PULL-002", {
    at: { file, line },
    message: problem,
    hint: "ft data prepare --hf leaves such rows out and lists them",
  });
}

/**
 * Fetches a split and writes its rows.
 * @throws UsageError FT-PULL-001 with neither file nor name; what `resolveDataset` throws.
 */
export async function pullSet(environment: Environment, wish: PullWish): Promise<PulledSet> {
  const { out, name, ...question } = wish;
  if (out === undefined && name === undefined) {
    throw new UsageError("FT-PULL-001", {
      message: "no place for the rows is given",
      hint: `ft data pull ${wish.id} -o rows.jsonl, or --name NAME for the store`,
    });
  }
  const { id, commit, split, license, files } = await resolveDataset(question);
  const told = { id, commit, split, license };
  if (name === undefined && out !== undefined)
    return { ...told, rows: await writeRows(files, out), out, version: null };
  const room = await mkdtemp(join(tmpdir(), "ft-pull-"));
  try {
    const file = out ?? join(room, "rows.jsonl");
    const rows = await writeRows(files, file);
    const message = `${id} at ${commit}, ${split}`;
    const version = await importRows(environment, { file, name: name ?? "", message });
    return { ...told, rows, out: out ?? null, version };
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}
