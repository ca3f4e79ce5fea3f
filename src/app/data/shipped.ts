// The datasets that come with the program: their names, where they lie, which is the default.
// Also finds older paths: data/wikisql/… and data/datasets/training/wikisql/… are one place.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expandHome, packageRoot } from "../../core/paths.ts";
import { MissingDataError } from "../../data/errors.ts";
import { BUILTIN_DATASET } from "../../data/options.ts";
import { missingData } from "../../data/read.ts";

export type DataGroup = "WikiSQL (Database Q&A)" | "Conversational" | "Instruction Following";

export interface ShippedSet {
  /** Accepted wherever a data path is. */
  name: string;
  group: DataGroup;
  about: string;
  /** A registered row format. */
  format: string;
  /** Relative to the package or to the project folder; a folder or a file. */
  path: string;
  /** Relative to `path`; [""] when `path` is itself the file. */
  files: readonly string[];
}

const training = "data/datasets/training";
const wikisqlFiles = ["train.jsonl", "valid.jsonl", "test.jsonl", "test_new_schemas.jsonl"];

export const shippedSets: readonly ShippedSet[] = [
  {
    name: "wikisql-chat",
    group: "WikiSQL (Database Q&A)",
    about: "questions about a table, answered by an SQL query, as conversations",
    format: "chat",
    path: `${training}/wikisql/chat`,
    files: wikisqlFiles,
  },
  {
    name: "wikisql-mlx",
    group: "WikiSQL (Database Q&A)",
    about: "the same questions and queries as plain text",
    format: "text",
    path: `${training}/wikisql/mlx`,
    files: wikisqlFiles,
  },
  {
    name: "general-conversation",
    group: "Conversational",
    about: "short general conversations",
    format: "chat",
    path: `${training}/chat/general_conversation.jsonl`,
    files: [""],
  },
  {
    name: "general-instructions",
    group: "Instruction Following",
    about: "general instructions, with and without an input",
    format: "instruction",
    path: `${training}/instruction/general_instructions.jsonl`,
    files: [""],
  },
  {
    name: "mlx-example",
    group: "Instruction Following",
    about: "a small folder of train, valid and test text rows, in mlx-lm's layout",
    format: "text",
    path: "data/datasets/examples/mlx_example_data",
    files: ["train.jsonl", "valid.jsonl", "test.jsonl"],
  },
];

/** Older spellings of a path's beginning; the newer place is looked in first. */
const movedFolders: readonly (readonly [older: string, newer: string])[] = [
  ["data/wikisql", `${training}/wikisql`],
  ["data/chat", `${training}/chat`],
  ["data/instruction", `${training}/instruction`],
  ["data/examples", "data/datasets/examples/examples"],
  ["data/mlx_example_data", "data/datasets/examples/mlx_example_data"],
];

/** Single files of the older layout that are folders now. */
const movedFiles: readonly (readonly [older: string, newer: string])[] = [
  [`${training}/wikisql/wikisql_chat_format.jsonl`, `${training}/wikisql/chat`],
  [`${training}/wikisql/wikisql_mlx_format.jsonl`, `${training}/wikisql/mlx`],
];

export interface SearchPlaces {
  /** Folder that relative paths are relative to; the working folder when not given. */
  project?: string;
  /** Folder of the shipped data's `data`; this package when not given. */
  package?: string;
}

function replaceStart(path: string, from: string, to: string): string | undefined {
  if (path === from) return to;
  return path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined;
}

/** Every spelling of a relative path, newest layout first. */
function spellings(path: string): string[] {
  const plain = path.replaceAll("\\", "/").replace(/^\.\//, "").replace(/\/$/, "");
  const newer = movedFolders.map(([from, to]) => replaceStart(plain, from, to) ?? "");
  const older = movedFolders.map(([to, from]) => replaceStart(plain, from, to) ?? "");
  const all = [...newer, plain, ...older].filter((one) => one !== "");
  const asFolders = all.map((one) => movedFiles.find(([from]) => from === one)?.[1] ?? "");
  return [...new Set([...all, ...asFolders])].filter((one) => one !== "");
}

/**
 * The existing path that `path` means: itself, a shipped set's name, or the same file in another
 * layout, first in the project, then in the package. What is there as typed is always taken.
 * Throws MissingDataError when there is nothing.
 */
export async function locateData(path: string, places: SearchPlaces = {}): Promise<string> {
  const project = places.project ?? process.cwd();
  const typed = resolve(project, expandHome(path));
  if (existsSync(typed)) return typed;
  const named = shippedSets.find((set) => set.name === path.replace(/^builtin\//, ""))?.path;
  for (const root of [project, places.package ?? packageRoot()]) {
    const found = spellings(named ?? path)
      .map((spelling) => resolve(root, spelling))
      .find((candidate) => existsSync(candidate));
    if (found !== undefined) return found;
  }
  throw await missingData(named === undefined ? typed : join(project, named));
}

export interface CatalogueFile {
  path: string;
  present: boolean;
}

export interface CatalogueEntry extends Omit<ShippedSet, "files"> {
  present: boolean;
  /** Absolute paths with a presence mark. */
  files: CatalogueFile[];
}

/**
 * Every shipped set with a mark for each file, for `ft train list-data`; in the order of the
 * groups.
 */
export function dataCatalogue(places: SearchPlaces = {}): CatalogueEntry[] {
  const project = places.project ?? process.cwd();
  const roots = [project, places.package ?? packageRoot()];
  return shippedSets.map((set) => {
    const files = set.files.map((name) => {
      const candidates = roots.map((root) => join(root, set.path, name));
      const found = candidates.find((candidate) => existsSync(candidate));
      return { path: found ?? candidates.at(-1) ?? "", present: found !== undefined };
    });
    return { ...set, files, present: files.every((file) => file.present) };
  });
}

/** The form a template wants its data in: turns for chat templates, plain text for the others. */
export type DataForm = "chat" | "mlx";

/**
 * The set that is trained on when none is named: text-to-SQL in the form given.
 * Throws MissingDataError, which lists the sets there are, when it was removed.
 */
export async function defaultDataset(form: DataForm, places: SearchPlaces = {}): Promise<string> {
  const name = `wikisql-${form}`;
  try {
    return await locateData(name, places);
  } catch (cause) {
    const present = dataCatalogue(places).filter((entry) => entry.present);
    throw new MissingDataError({
      message: `no dataset is named, and the default one, ${name}, is not on this disk`,
      problems: present.map((entry) => `${entry.name}: ${entry.about}`),
      hint: "ft train list-data",
      cause,
    });
  }
}

/** Where the rows lie that are named, or the default ones: those without a name, or by the name that says so. */
export async function namedData(
  name: string | undefined,
  form: DataForm,
  places: SearchPlaces = {},
): Promise<string> {
  const isDefault = name === undefined || name === BUILTIN_DATASET;
  return isDefault ? await defaultDataset(form, places) : await locateData(name, places);
}
