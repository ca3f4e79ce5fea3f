// Brings the changes of one version into another since both came from a third. What both changed differently is a
// conflict: shown, and settled only when it is said how.
import type { Database, Store } from "../store.ts";
import { commitVersion } from "./commit.ts";
import { Comparison, type RowDifference } from "./diff.ts";
import { type FieldConflict, mergeValues } from "./merge-records.ts";
import { findVersion, readVersion, type Version } from "./names.ts";
import { type Edits, noEdits, piecesOf } from "./pieces.ts";
import { positionOf, readPage, rowsByKey } from "./read.ts";
import { recordText } from "./records.ts";

export interface MergeConflict {
  /** The row's `id` field. */
  key: string | null;
  /** Both changed it, one removed what the other changed, or both added another one. */
  kind: "changed" | "removed" | "added";
  base: string | null;
  ours: string | null;
  theirs: string | null;
  /** Where both changed it: the fields. */
  fields: FieldConflict[];
}

export interface MergeOptions {
  /** What becomes of conflicts; unless said, they are listed and nothing is made. */
  onConflict?: "ours" | "theirs";
  message?: string;
  /** The version that both came from, where the store does not know it. */
  base?: string;
}

export interface Merged {
  /** Undefined where conflicts are in the way. */
  version: Version | undefined;
  /** False where the newest of ours came from theirs already: there is nothing to take. */
  isNew: boolean;
  conflicts: MergeConflict[];
  /** Rows taken over from the other side. */
  taken: { changed: number; removed: number; added: number };
}

/** Ids of a version and all those that it came from. */
async function ancestors(db: Database, id: number): Promise<Set<number>> {
  const found = new Set<number>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    const { parentId, mergedId } = await readVersion(db, next);
    for (const parent of [parentId, mergedId]) if (parent !== null) waiting.push(parent);
  }
  return found;
}

/** The newest version that both came from; ids grow with time, so it is the one with the highest. */
export async function commonAncestor(
  db: Database,
  a: number,
  b: number,
): Promise<number | undefined> {
  const ours = await ancestors(db, a);
  const shared = [...(await ancestors(db, b))].filter((id) => ours.has(id));
  return shared.length === 0 ? undefined : Math.max(...shared);
}

/** How a row is known in a comparison: by its id, else by its text. */
const nameOf = ({ key, before, after }: RowDifference): string =>
  key === null ? `text ${(before ?? after)?.recordId}` : `id ${key}`;

async function changesOf(
  store: Store,
  base: number,
  to: number,
): Promise<Map<string, RowDifference>> {
  const comparison = await Comparison.of(store, base, to);
  try {
    const changes = new Map<string, RowDifference>();
    for await (const difference of comparison.rows()) changes.set(nameOf(difference), difference);
    return changes;
  } finally {
    await comparison.end();
  }
}

class Merge {
  readonly edits: Edits = noEdits();
  readonly conflicts: MergeConflict[] = [];
  readonly taken = { changed: 0, removed: 0, added: 0 };
  readonly #store: Store;
  readonly #ours: number;
  readonly #theirs: number;
  readonly #wins: "ours" | "theirs";
  #lastAdded = { position: -2, place: -2 };

  constructor(store: Store, ours: number, theirs: number, wins: "ours" | "theirs") {
    this.#store = store;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#wins = wins;
  }

  /** Takes one change of theirs, knowing what we did to the same row. */
  async take(theirs: RowDifference, ours: RowDifference | undefined): Promise<void> {
    if (ours === undefined) return await this.#takeAsItIs(theirs);
    if (theirs.after?.recordId === ours.after?.recordId) return;
    if (theirs.after === undefined || ours.after === undefined)
      await this.#oneRemoved(theirs, ours);
    else await this.#bothHave(theirs, ours);
  }

  async #takeAsItIs({ kind, before, after }: RowDifference): Promise<void> {
    if (kind === "added" && after !== undefined) {
      await this.#insert(after);
    } else if (before !== undefined) {
      const position = await positionOf(this.#store.db, this.#ours, before.recordId);
      if (position === undefined) return;
      this.edits.replaced.set(position, after === undefined ? null : recordText(after.text));
    }
    this.taken[kind]++;
  }

  /** Puts a row behind the one that it stands behind on their side. */
  async #insert({ position, text }: { position: number; text: string }): Promise<void> {
    const place =
      this.#lastAdded.position === position - 1
        ? this.#lastAdded.place
        : await this.#placeAfter(position - 1);
    this.#lastAdded = { position, place };
    const there = this.edits.inserted.get(place) ?? [];
    this.edits.inserted.set(place, [...there, recordText(text)]);
  }

  async #placeAfter(position: number): Promise<number> {
    if (position < 0) return -1;
    const { rows } = await readPage(this.#store, this.#theirs, { after: position - 1, limit: 1 });
    const [row] = rows;
    const same = row && (await positionOf(this.#store.db, this.#ours, row.recordId));
    if (same !== undefined) return same;
    const byKey = row?.key == null ? [] : await rowsByKey(this.#store.db, this.#ours, row.key);
    return byKey[0]?.position ?? (await readVersion(this.#store.db, this.#ours)).size - 1;
  }

  async #oneRemoved(theirs: RowDifference, ours: RowDifference): Promise<void> {
    this.conflicts.push({
      key: theirs.key,
      kind: "removed",
      base: theirs.before?.text ?? null,
      ours: ours.after?.text ?? null,
      theirs: theirs.after?.text ?? null,
      fields: [],
    });
    if (this.#wins === "ours") return;
    if (ours.after !== undefined) this.edits.replaced.set(ours.after.position, null);
    else if (theirs.after !== undefined) await this.#insert(theirs.after);
  }

  async #bothHave(theirs: RowDifference, ours: RowDifference): Promise<void> {
    const [base, our, their] = [ours.before?.text, ours.after!.text, theirs.after!.text];
    const parsed = [base ?? "null", our, their].map((text) => JSON.parse(text) as unknown);
    const merged = mergeValues(parsed[0], parsed[1], parsed[2]);
    const kind = base === undefined ? "added" : "changed";
    if (merged.conflicts.length > 0) {
      const { conflicts: fields } = merged;
      this.conflicts.push({
        key: ours.key,
        kind,
        base: base ?? null,
        ours: our,
        theirs: their,
        fields,
      });
    }
    const { value } = this.#wins === "ours" ? merged : mergeValues(parsed[0], parsed[2], parsed[1]);
    this.edits.replaced.set(ours.after!.position, recordText(JSON.stringify(value)));
    this.taken.changed++;
  }
}

/**
 * Makes a version of `ours`, the newest of its set, with the changes of `theirs`. Without a version that both came from,
 * each row of theirs is one that they added. Memory grows with the changes, not with the rows.
 */
export async function mergeVersions(
  store: Store,
  ours: string,
  theirs: string,
  options: MergeOptions = {},
): Promise<Merged> {
  const { dataset, version: our } = await findVersion(store, ours);
  const { dataset: other, version: their } = await findVersion(store, theirs);
  if ((await ancestors(store.db, our.id)).has(their.id) && options.base === undefined)
    return {
      version: our,
      isNew: false,
      conflicts: [],
      taken: { changed: 0, removed: 0, added: 0 },
    };
  const base = await baseOf(store, our, their, options.base);
  const merge = new Merge(store, our.id, their.id, options.onConflict ?? "ours");
  const ourChanges = await changesOf(store, base, our.id);
  for (const [name, change] of await changesOf(store, base, their.id)) {
    await merge.take(change, ourChanges.get(name));
  }
  const { conflicts, taken } = merge;
  if (conflicts.length > 0 && options.onConflict === undefined) {
    return { version: undefined, isNew: false, conflicts, taken };
  }
  const version = await commitVersion(store, dataset, piecesOf(store.db, our.id, merge.edits), {
    action: "merge",
    message: options.message ?? `${other.name}@${their.number}`,
    details: { conflicts: conflicts.length, onConflict: options.onConflict ?? null, taken },
    mergedId: their.id,
  });
  return { version, isNew: true, conflicts, taken };
}

/** A version id that no version has: what comes before any. */
const NOTHING = 0;

async function baseOf(
  store: Store,
  our: Version,
  their: Version,
  named: string | undefined,
): Promise<number> {
  if (named !== undefined) return (await findVersion(store, named)).version.id;
  return (await commonAncestor(store.db, our.id, their.id)) ?? NOTHING;
}
