// Which files of a dataset's repository hold the rows of a split: as its card says, or else as the names of the files
// say, the way the hub's own library finds them. Decides by names and the card's head; fetches nothing.
import { parse } from "yaml";
import { UsageError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";

export interface SplitFiles {
  split: string;
  files: string[];
}

/** Splits by configuration: "default" where the set has only one. */
export type DataFiles = ReadonlyMap<string, readonly SplitFiles[]>;

const READABLE = /\.(?:parquet|jsonl|ndjson|json|csv|tsv|txt)$/i;

/** Names of a split as files are called by them. */
const usualSplits: readonly (readonly [split: string, words: readonly string[]])[] = [
  ["train", ["train", "training"]],
  ["validation", ["validation", "valid", "dev", "val"]],
  ["test", ["test", "testing", "eval", "evaluation"]],
];

/** A path of the repository as a pattern says it: `*` within a folder, `**` across folders. No other signs. */
function matches(pattern: string, path: string): boolean {
  const parts = pattern.split(/(\*\*\/?|\*)/);
  let places = [0];
  for (const [index, part] of parts.entries()) {
    const isStar = index % 2 === 1;
    if (!isStar) {
      places = places.filter((at) => path.startsWith(part, at)).map((at) => at + part.length);
      continue;
    }
    const crosses = part.startsWith("**");
    const next = new Set<number>();
    for (const from of places) {
      // what follows a place that is known is known as well
      for (let at = from; at <= path.length && !next.has(at); at++) {
        next.add(at);
        if (!crosses && path[at] === "/") break;
      }
    }
    places = [...next];
  }
  return places.includes(path.length);
}

interface CardFiles {
  config_name?: unknown;
  default?: unknown;
  data_files?: unknown;
  data_dir?: unknown;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const texts = (value: unknown): string[] =>
  list(value).filter((one): one is string => typeof one === "string" && one.length < 1000);

function chosen(patterns: readonly string[], names: readonly string[]): string[] {
  return names.filter((name) => patterns.some((pattern) => matches(pattern, name)));
}

function splitsOfCard({ data_files, data_dir }: CardFiles, names: readonly string[]): SplitFiles[] {
  const folder = typeof data_dir === "string" ? `${data_dir.replace(/\/$/, "")}/` : "";
  const within = (patterns: string[]): string[] => patterns.map((each) => folder + each);
  if (data_files === undefined) {
    return splitsByName(names.filter((name) => name.startsWith(folder)));
  }
  const entries = list(data_files).filter((entry) => entry !== null);
  return entries
    .map((entry) => {
      if (typeof entry !== "object")
        return { split: "train", files: chosen(within(texts(entry)), names) };
      const { split, path } = entry as { split?: unknown; path?: unknown };
      const name = typeof split === "string" ? split : "train";
      return { split: name, files: chosen(within(texts(path)), names) };
    })
    .filter(({ files }) => files.length > 0);
}

/** The head of a card, between its lines of dashes. */
function headOf(card: string): unknown {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card.slice(0, 1_000_000))?.[1];
  try {
    return head === undefined ? undefined : parse(head);
  } catch {
    return undefined; // a card that nobody can read says nothing
  }
}

/** `train-00000-of-00002`, `data/train.jsonl`, `train/rows.jsonl`: the split's word stands alone. */
function hasWord(name: string, words: readonly string[]): boolean {
  const found = name.toLowerCase().split(/[^a-z0-9]+/);
  return words.some((word) => found.includes(word));
}

/** `data/train_sft-00000-of-00003-<hash>.parquet`: files of one name but for their numbers are one split. */
const SHARD = /^(?:.*\/)?([A-Za-z][\w.]*?)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?\.\w+$/;

function splitsByName(names: readonly string[]): SplitFiles[] {
  const sharded = grouped(names);
  if (sharded.size > 0) return [...sharded].map(([split, files]) => ({ split, files }));
  const named = usualSplits
    .map(([split, words]) => ({ split, files: names.filter((name) => hasWord(name, words)) }))
    .filter(({ files }) => files.length > 0);
  return named.length > 0 || names.length === 0 ? named : [{ split: "train", files: [...names] }];
}

function grouped(names: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const split = SHARD.exec(name)?.[1];
    if (split !== undefined) groups.set(split, [...(groups.get(split) ?? []), name]);
  }
  return groups;
}

/** Splits and their files by configuration, of the names of a repository and the text of its card. */
export function dataFilesOf(names: readonly string[], card: string): DataFiles {
  const readable = names.filter((name) => READABLE.test(name) && !name.startsWith(".")).toSorted();
  const head = headOf(card) as { configs?: unknown } | undefined;
  const configs = list(head?.configs).filter(
    (each): each is CardFiles => typeof each === "object" && each !== null,
  );
  const told = configs.map((each): [string, SplitFiles[], boolean] => {
    const name = typeof each.config_name === "string" ? each.config_name : "default";
    return [name, splitsOfCard(each, readable), each.default === true];
  });
  // the one that is taken unless another is asked for comes first
  const ordered = told.toSorted(([a, , first], [b, , second]) => {
    return Number(second || b === "default") - Number(first || a === "default");
  });
  if (ordered.length > 0) return new Map(ordered.map(([name, splits]) => [name, splits]));
  return new Map([["default", splitsByName(readable)]]);
}

/**
 * The files of one split of one configuration; of the first where none is named.
 * @throws UsageError FT-WEIGHTS-043 where there is none of that name, with those that there are.
 */
export function filesOfSplit(
  all: DataFiles,
  asked: { id: string; config?: string | undefined; split?: string | undefined },
): SplitFiles {
  const config = asked.config ?? [...all.keys()][0] ?? "default";
  const splits = all.get(config);
  if (splits === undefined) throw missing(asked.id, "configuration", config, [...all.keys()]);
  const names = splits.map(({ split }) => split);
  const split = asked.split ?? (names.includes("train") ? "train" : (names[0] ?? "train"));
  const found = splits.find((each) => each.split === split);
  if (found === undefined) throw missing(asked.id, "split", split, names);
  return found;
}

function missing(id: string, what: string, name: string, known: readonly string[]): UsageError {
  const option = what === "split" ? "--split" : "--config";
  const close = nearest(name, known) ?? known[0];
  return new UsageError("FT-WEIGHTS-043", {
    message:
      known.length === 0
        ? `${id} has no files of rows that can be read (parquet, jsonl, json, csv, tsv, txt)`
        : `${id} has no ${what} '${name}'; it has ${known.slice(0, 20).join(", ")}`,
    hint: close === undefined ? "choose another dataset" : `${option} ${close}`,
  });
}
