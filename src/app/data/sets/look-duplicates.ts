// Rows of a set that say the same: the largest groups with their texts to be looked at, and which rows would go. Takes
// nothing out; `dropDuplicates` does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../../core/atomic-files.ts";
import { dropRows, inTransaction, type Store } from "../../../store/index.ts";
import { changeExample, fileInStep, readExampleAt } from "../../../store/platform/index.ts";
import {
  type Duplicates,
  findDuplicates,
  type Likeness,
} from "../../../synth/clean/duplicates/find-duplicates.ts";
import type { LineBlock } from "../../../synth/rows/row-blocks.ts";
import { defineLook, type LookContext } from "./look.ts";
import type { OpenSet } from "./open-set.ts";

export interface DuplicateGroup {
  /** Of its rows. */
  size: number;
  rows: { at: number; likeness: Likeness | "kept"; text: string }[];
}

export interface FoundDuplicates {
  rows: number;
  /** That would go. */
  duplicates: number;
  groups: number;
  exact: number;
  normalized: number;
  near: number;
  threshold: number;
  /** The largest ones. */
  shown: DuplicateGroup[];
}

const Options = z.strictObject({ threshold: z.coerce.number().min(0.5).max(1).default(0.8) });

const blockRows = 1000;
const shownGroups = 100;
const shownRows = 12;
const longest = 400;

/** Lines of the set in blocks; `places` gathers where each stands. */
async function* blocksOf(
  set: OpenSet,
  places: number[],
  { signal, onRows }: LookContext,
): AsyncGenerator<LineBlock> {
  let lines: string[] = [];
  const block = (): LineBlock => ({
    bytes: new TextEncoder().encode(lines.join("\n")),
    firstLine: places.length - lines.length + 1,
  });
  for await (const { at, text } of set.all()) {
    places.push(at);
    lines.push(text);
    if (lines.length < blockRows) continue;
    signal.throwIfAborted();
    onRows(places.length);
    yield block();
    lines = [];
  }
  if (lines.length > 0) yield block();
}

function groupsIn(found: Duplicates, places: readonly number[]): DuplicateGroup[] {
  const members = new Map<number, number[]>();
  for (const row of found.ids.keys()) {
    if (!found.isShared(row)) continue;
    const first = found.keptFor(row);
    const group = members.get(first);
    if (group === undefined) members.set(first, [row]);
    else group.push(row);
  }
  const largest = [...members].toSorted(([, a], [, b]) => b.length - a.length);
  return largest.slice(0, shownGroups).map(([first, rows]) => ({
    size: rows.length,
    rows: rows.slice(0, shownRows).map((row) => ({
      at: places[row] ?? 0,
      likeness: row === first ? "kept" : (found.likenessOf(row) ?? "near"),
      text: found.textOf(row).slice(0, longest),
    })),
  }));
}

interface Going {
  at: number;
  keptAt: number;
  likeness: Likeness;
}

const goingFile = "going.json";

export const duplicatesLook = defineLook({
  title: "duplicates",
  rowsAtOnce: 100,
  options: Options,
  run: async (set, { threshold }, context): Promise<FoundDuplicates> => {
    const places: number[] = [];
    const blocks = blocksOf(set, places, context);
    using found = await findDuplicates(blocks, { file: set.title, threshold, threads: 1 });
    const counts = { exact: 0, normalized: 0, near: 0 };
    const groups = new Set<number>();
    const going: Going[] = [];
    for (const row of found.ids.keys()) {
      const likeness = found.likenessOf(row);
      if (likeness === undefined) continue;
      counts[likeness]++;
      const first = found.keptFor(row);
      groups.add(first);
      going.push({ at: places[row] ?? 0, keptAt: places[first] ?? 0, likeness });
    }
    await writeFileAtomic(join(context.folder, goingFile), JSON.stringify(going));
    return {
      ...{ rows: places.length, duplicates: going.length, groups: groups.size, ...counts },
      ...{ threshold, shown: groupsIn(found, places) },
    };
  },
});

const words: Readonly<Record<Likeness, string>> = {
  exact: "identical to",
  normalized: "identical except for case and spacing to",
  near: "nearly identical to",
};

const whyOf = ({ likeness, keptAt }: Going): string =>
  `duplicate: ${words[likeness]} row ${keptAt + 1}`;

const rowsAtOnce = 200;

async function dropExamples(store: Store, id: number, going: readonly Going[]): Promise<void> {
  const facts = { who: "duplicates", now: store.now() };
  await fileInStep(store, id);
  for (let start = 0; start < going.length; start += rowsAtOnce) {
    const some = going.slice(start, start + rowsAtOnce);
    await inTransaction(store.db, async (db) => {
      for (const row of some) {
        const found = await readExampleAt(db, id, row.at);
        if (found === undefined || found.status === "removed") continue;
        const metadata = { ...found.metadata, removed_because: whyOf(row) };
        await changeExample(db, found.id, { status: "removed", metadata }, facts);
      }
    });
  }
  await fileInStep(store, id);
}

/** Takes out what a look in `folder` has found; each row is told with the one that it repeats. Gives how many. */
export async function dropDuplicates(store: Store, set: OpenSet, folder: string): Promise<number> {
  const going = JSON.parse(readFileSync(join(folder, goingFile), "utf8")) as Going[];
  if (going.length === 0) return 0;
  if (set.dataset !== null) await dropExamples(store, set.dataset.id, going);
  else {
    const drops = going.map((row) => ({
      ...{ position: row.at, reason: whyOf(row), details: { keptAt: row.keptAt } },
    }));
    await dropRows(store, set.title, drops, "dedupe");
  }
  return going.length;
}
