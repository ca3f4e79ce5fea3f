// What differs between two versions, as commands and other programs tell it.
import type { Environment } from "../../core/paths.ts";
import {
  type DiffCounts,
  type FieldDifference,
  fieldsOf,
  findVersion,
  type RowDifference,
  type Store,
  VersionComparison,
} from "../../store/index.ts";
import { type ToldVersion, toldVersion } from "./told-version.ts";
import { withStore } from "./with-store.ts";

export interface ToldDifference {
  kind: RowDifference["kind"];
  /** The row's `id` field; null when it has none. */
  id: string | null;
  /** From 0, in the version that has the row; of a changed one in the newer. */
  position: number;
  before: unknown;
  after: unknown;
  /** Of a changed row. */
  fields: FieldDifference[];
}

export interface ToldDiff extends DiffCounts {
  before: ToldVersion;
  after: ToldVersion;
  /** The first ones, at most as many as were asked for. */
  rows: ToldDifference[];
}

const parsed = (side: { text: string } | undefined): unknown =>
  side === undefined ? null : (JSON.parse(side.text) as unknown);

const toldDifference = (difference: RowDifference): ToldDifference => ({
  kind: difference.kind,
  id: difference.key,
  position: (difference.after ?? difference.before)?.position ?? 0,
  before: parsed(difference.before),
  after: parsed(difference.after),
  fields: difference.kind === "changed" ? fieldsOf(difference) : [],
});

async function beforeOf(store: Store, reference: string): Promise<string> {
  const { dataset, version } = await findVersion(store, reference);
  return `${dataset.name}@${Math.max(1, version.number - 1)}`;
}

export interface DiffRequest {
  before: string;
  /** Absent: `before` is compared with the version before it. */
  after: string | undefined;
  /** Rows told at most; all are counted. */
  limit: number;
}

/** What differs between two versions of the user's datasets. */
export async function diffVersions(
  environment: Environment,
  request: DiffRequest,
): Promise<ToldDiff> {
  return await withStore(environment, (store) => diffIn(store, request));
}

/** As `diffVersions`, in a store that is open. */
export async function diffIn(store: Store, request: DiffRequest): Promise<ToldDiff> {
  const { before: first, after: second, limit } = request;
  const before = await findVersion(
    store,
    second === undefined ? await beforeOf(store, first) : first,
  );
  const after = await findVersion(store, second ?? first);
  const comparison = await VersionComparison.of(store, before.version.id, after.version.id);
  try {
    const rows: ToldDifference[] = [];
    for await (const difference of comparison.rows()) {
      if (rows.length >= limit) break;
      rows.push(toldDifference(difference));
    }
    return {
      before: toldVersion(before.dataset.name, before.version),
      after: toldVersion(after.dataset.name, after.version),
      ...comparison.counts,
      rows,
    };
  } finally {
    await comparison.end();
  }
}
