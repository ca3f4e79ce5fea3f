// A quality job as a person looks through it: pages of its rows, each with what was found, before and after, and how its
// example stands now; a mending or a removal undone, and done again. What was changed since by hand is left alone.
import type { Job, Store } from "../../store/index.ts";
import {
  type ExampleEdit,
  listEdits,
  listMarks,
  markRow,
  undoEdit,
} from "../../store/platform/index.ts";
import { notAsJudged } from "../../synth/quality/quality-errors.ts";
import {
  type BriefOutcome,
  type JudgedUnit,
  judgedUnits,
  type LiveOutcomes,
  liveOutcomes,
} from "./live-outcomes.ts";

export type RowFilter = "all" | "kept" | "fixed" | "removed" | "below";
export type RowOrder = "newest" | "position" | "score" | "gain";

export interface LookQuery {
  filter: RowFilter;
  order: RowOrder;
  offset: number;
  limit: number;
}

/**
 * `applied`: what was decided stands. `undone`: a person took it back. `changed`: the row was changed since, or is gone.
 * `none`: nothing was to be done.
 */
export type Standing = "applied" | "undone" | "changed" | "none";

export interface LookedUnit extends JudgedUnit {
  isAccepted: boolean;
  rating: number | null;
  standing: Standing;
}

export interface LookedPage {
  rows: LookedUnit[];
  /** That the filter lets through. */
  total: number;
}

const passes: Record<RowFilter, (row: BriefOutcome) => boolean> = {
  all: () => true,
  kept: ({ decision, isBelow }) => decision === "kept" && !isBelow,
  fixed: ({ decision }) => decision === "fixed",
  removed: ({ decision }) => decision === "removed",
  below: ({ isBelow }) => isBelow,
};

const gain = ({ score, after }: BriefOutcome): number => (after ?? 0) - (score ?? 0);

const orders: Record<RowOrder, (rows: BriefOutcome[]) => BriefOutcome[]> = {
  newest: (rows) => rows.toReversed(),
  position: (rows) => rows.toSorted((a, b) => a.position - b.position),
  score: (rows) => rows.toSorted((a, b) => (a.score ?? -1) - (b.score ?? -1)),
  gain: (rows) => rows.toSorted((a, b) => gain(b) - gain(a)),
};

/** Of a row's example, the newest edit by quality control that was made of the row as this job saw it. */
async function editOf(store: Store, { row }: JudgedUnit): Promise<ExampleEdit | undefined> {
  if (row.example === undefined) return undefined;
  const found = await store.db
    .selectFrom("examples")
    .select("dataset_id")
    .where("id", "=", row.example)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const edits = await listEdits(store, found.dataset_id, { exampleId: row.example, limit: 50 });
  return edits.find(({ who, before }) => who === "quality" && before.text === row.text);
}

async function examplesNow({ db }: Store, ids: readonly number[]) {
  if (ids.length === 0) return new Map<number, { content: string; status: string }>();
  const rows = await db
    .selectFrom("examples")
    .select(["id", "content", "status"])
    .where("id", "in", ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row] as const));
}

function standingOf(
  { row, outcome }: JudgedUnit,
  now: { content: string; status: string } | undefined,
): Standing {
  const { decision, rewriting } = outcome;
  if (decision === "kept" || row.example === undefined) return "none";
  if (now === undefined) return "changed";
  const asItWas = now.content === row.text && now.status === "active";
  if (asItWas) return "undone";
  if (decision === "removed") return now.status === "removed" ? "applied" : "changed";
  return now.content === rewriting?.text && now.status === "active" ? "applied" : "changed";
}

async function looked(store: Store, jobId: string, units: JudgedUnit[]): Promise<LookedUnit[]> {
  const marks = new Map(
    (await listMarks(store, jobId)).map((mark) => [mark.unitId, mark] as const),
  );
  const now = await examplesNow(
    store,
    units.flatMap(({ row }) => row.example ?? []),
  );
  return units.map((unit) => ({
    ...unit,
    isAccepted: marks.get(unit.unitId)?.isAccepted ?? false,
    rating: marks.get(unit.unitId)?.rating ?? null,
    standing: standingOf(unit, now.get(unit.row.example ?? -1)),
  }));
}

export async function lookThrough(
  store: Store,
  { id }: Job,
  { filter, order, offset, limit }: LookQuery,
): Promise<LookedPage> {
  const live = await liveOutcomes(store, id);
  const through = orders[order](live.rows.filter(passes[filter]));
  const wanted = through.slice(offset, offset + limit).map(({ unitId }) => unitId);
  const units = new Map(
    (await judgedUnits(store, id, wanted)).map((unit) => [unit.unitId, unit] as const),
  );
  const rows = await looked(
    store,
    id,
    wanted.flatMap((unitId) => units.get(unitId) ?? []),
  );
  return { rows, total: through.length };
}

/** Undefined where the job has no such row, or has not judged it. */
export async function lookAtRow(
  store: Store,
  jobId: string,
  unitId: number,
): Promise<LookedUnit | undefined> {
  const [row] = await looked(store, jobId, await judgedUnits(store, jobId, [unitId]));
  return row;
}

/** Takes back what was done to a row, or does it again. Throws UsageError FT-QUALITY-008 where it was changed since. */
export async function turnRow(
  store: Store,
  unit: LookedUnit,
  wanted: "applied" | "undone",
): Promise<void> {
  if (unit.standing === wanted) return;
  if (unit.standing === "none" || unit.standing === "changed") throw notAsJudged(unit.row.id);
  const edit = await editOf(store, unit);
  if (edit === undefined) throw notAsJudged(unit.row.id);
  const last = edit.undoneBy ?? edit.id;
  await undoEdit(store, await newestOf(store, edit, last));
}

/** Undone, done again, undone: each is an edit that undoes the one before; the newest is the one that stands. */
async function newestOf(store: Store, edit: ExampleEdit, from: number): Promise<number> {
  const edits = await listEdits(store, edit.datasetId, { exampleId: edit.exampleId, limit: 50 });
  let last = from;
  for (let next = edits.find(({ undoes }) => undoes === last); next !== undefined;) {
    last = next.id;
    next = edits.find(({ undoes }) => undoes === last);
  }
  return last;
}

export async function acceptRow(
  store: Store,
  jobId: string,
  unitId: number,
  isAccepted: boolean,
): Promise<void> {
  await markRow(store, { jobId, unitId }, { isAccepted });
}

/** Rows in bands of a point: as they were, and as they stay. */
export function histogramOf({ rows }: LiveOutcomes): { before: number[]; after: number[] } {
  const bands = (scores: readonly (number | null)[]): number[] => {
    const counts = Array.from({ length: 11 }, () => 0);
    for (const score of scores) if (score !== null) counts[Math.round(score)]! += 1;
    return counts;
  };
  return {
    before: bands(rows.map((one) => one.score)),
    after: bands(rows.map((one) => one.after)),
  };
}
