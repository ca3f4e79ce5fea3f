// Outcomes of a job's rows, in the order of the rows: read from the queue, the same whenever they are asked for.
import { listUnits, type Store } from "../../store/index.ts";
import type { RowOutcome, RowToJudge } from "./judge-row.ts";
import { ROW_UNIT } from "./rows-to-judge.ts";

export interface JudgedRow {
  row: RowToJudge;
  outcome: RowOutcome;
}

/** Units read at once. */
const page = 200;

/** Rows that are judged; `onFailed` is told why others are not. */
export async function* judgedRows(
  store: Store,
  jobId: string,
  onFailed: (reason: string) => void = () => undefined,
): AsyncGenerator<JudgedRow> {
  for (let after = 0; ;) {
    const units = await listUnits(store, jobId, { after, limit: page });
    for (const { kind, status, input, result, error } of units) {
      if (kind !== ROW_UNIT) continue;
      if (status === "failed") onFailed(error ?? "no reason given");
      if (status === "done") yield { row: input as RowToJudge, outcome: result as RowOutcome };
    }
    const last = units.at(-1);
    if (last === undefined || units.length < page) return;
    after = last.id;
  }
}
