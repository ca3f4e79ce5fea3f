// Which files of a data path are trained on, which validated on: by their names, in a folder.
// Opens none of them.
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { MissingDataError } from "./errors.ts";
import { fileReaders } from "./files/index.ts";
import { missingData } from "./read.ts";

export type SplitName = "train" | "validation" | "test";

/** The files of each split, in the order in which they are read. */
export type SplitPaths = Partial<Record<SplitName, string[]>>;

const stemsOf: Record<SplitName, readonly string[]> = {
  train: ["train"],
  validation: ["valid", "validation", "val", "dev"],
  test: ["test"],
};

/** "train.jsonl", or the parts of a split that was written in several: "train-00000-of-00002.jsonl". */
function filesOfStem(names: readonly string[], stem: string): string[] {
  const whole = fileReaders.names().map((extension) => stem + extension);
  const found = whole.find((name) => names.includes(name));
  if (found !== undefined) return [found];
  const part = new RegExp(`^${stem}-\\d+-of-\\d+$`);
  return names.filter((name) => {
    const extension = extname(name);
    return fileReaders.has(extension) && part.test(name.slice(0, -extension.length));
  });
}

/** What lies beside data without being any. */
const PAPERS = /^(?:\.|_|readme|licen[cs]e|changelog|notice|dataset_infos?\.json$)/i;

/** Files with rows, whatever they are called. Plain text counts only where there is nothing of another kind. */
function otherFiles(names: readonly string[]): string[] {
  const extensionOf = (name: string): string => extname(name).toLowerCase();
  const readable = names.filter(
    (name) => extensionOf(name) !== "" && fileReaders.has(extensionOf(name)) && !PAPERS.test(name),
  );
  const structured = readable.filter((name) => extensionOf(name) !== ".txt");
  return structured.length > 0 ? structured : readable;
}

/**
 * The split files of a folder; without any that is called train, all others that can be read are trained on.
 * Throws MissingDataError when there is none.
 */
export async function findSplits(folder: string): Promise<SplitPaths> {
  const entries = await readdir(folder, { withFileTypes: true });
  // A folder called "test" beside train.jsonl holds something else.
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).sort();
  const found: SplitPaths = {};
  for (const [split, stems] of Object.entries(stemsOf) as [SplitName, readonly string[]][]) {
    const files = stems.map((stem) => filesOfStem(names, stem)).find((each) => each.length > 0);
    if (files !== undefined) found[split] = files.map((name) => join(folder, name));
  }
  if (found.train !== undefined) return found;
  const taken = Object.values(found).flat();
  const others = otherFiles(names).map((name) => join(folder, name));
  const train = others.filter((file) => !taken.includes(file));
  if (train.length > 0) return { train, ...found };
  throw noTrainingFile(
    folder,
    entries.map(({ name }) => name),
  );
}

function noTrainingFile(folder: string, names: readonly string[]): MissingDataError {
  const held = names.slice(0, 8).join(", ");
  return new MissingDataError({
    at: { file: folder },
    message: `the folder has no train.jsonl, and no other file with rows; it holds ${held || "nothing"}`,
    hint: "put train.jsonl, valid.jsonl and test.jsonl there, or give one file",
  });
}

/** The files of a path, a file or a folder. Throws MissingDataError. */
export async function splitsOf(path: string): Promise<SplitPaths> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw await missingData(path);
  return found.isDirectory() ? findSplits(path) : { train: [path] };
}
