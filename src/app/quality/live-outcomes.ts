// Outcomes of a quality job while it goes on: what is judged is read once, by the job's events, and kept in few words, so
// that a page can ask for counts, a filter or an order as often as it likes. Rows themselves are read when they are shown.
import { eventsAfter, type Store } from "../../store/index.ts";
import { lookAt, type RowPart } from "../../synth/quality/looked-row.ts";
import type { JsonObject } from "../../text/types.ts";
import type { RowOutcome, RowToJudge } from "./judge-row.ts";
import { ROW_UNIT } from "./rows-to-judge.ts";
import { finalScores, type QualityTally, Tally } from "./tally.ts";

/** A judged row in few words. */
export interface BriefOutcome {
  unitId: number;
  position: number;
  decision: RowOutcome["decision"];
  isBelow: boolean;
  /** The judge's, of the row as it was. */
  score: number | null;
  /** Of the row as it stays; null where it is not scored. */
  after: number | null;
}

/** Units read at once. */
const page = 500;

export interface JudgedUnit {
  unitId: number;
  row: RowToJudge;
  outcome: RowOutcome;
}

/** Those of these units that are judged. */
export async function judgedUnits(
  { db }: Store,
  jobId: string,
  ids: readonly number[],
): Promise<JudgedUnit[]> {
  if (ids.length === 0) return [];
  const units = await db
    .selectFrom("units")
    .select(["id", "input", "result"])
    .where("job_id", "=", jobId)
    .where("id", "in", ids)
    .where("kind", "=", ROW_UNIT)
    .where("status", "=", "done")
    .execute();
  return units.map(({ id, input, result }) => ({
    unitId: id,
    row: JSON.parse(input ?? "{}") as RowToJudge,
    outcome: JSON.parse(result ?? "{}") as RowOutcome,
  }));
}

/** What is said in a row's text, by whom; the line itself where no form knows it. */
export function partsOf(text: string): RowPart[] {
  const value: unknown = JSON.parse(text);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const parts = isObject ? lookAt(value as JsonObject).parts : [];
  return parts.length > 0 ? [...parts] : [{ field: "", role: "", text }];
}

export class LiveOutcomes {
  readonly tally = new Tally();
  /** In the order in which they were judged; `tally.rows` has the same. */
  readonly rows: BriefOutcome[] = [];
  readonly #jobId: string;
  readonly #seen = new Set<number>();
  #lastEvent = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(jobId: string) {
    this.#jobId = jobId;
  }

  get result(): QualityTally {
    return this.tally.result;
  }

  /** Reads what has been judged since. */
  async readOn(store: Store): Promise<void> {
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#read(store));
    await this.#reading;
  }

  async #read(store: Store): Promise<void> {
    for (;;) {
      const events = await eventsAfter(store, {
        ...{ jobId: this.#jobId, after: this.#lastEvent, types: ["unit-done"], limit: page },
      });
      const ids = events.flatMap(({ unitId }) => unitId ?? []);
      const fresh = ids.filter((id) => !this.#seen.has(id));
      const units = new Map(
        (await judgedUnits(store, this.#jobId, fresh)).map((unit) => [unit.unitId, unit] as const),
      );
      for (const id of fresh) {
        const unit = units.get(id);
        if (unit !== undefined && !this.#seen.has(id)) this.#add(unit);
      }
      this.#lastEvent = events.at(-1)?.id ?? this.#lastEvent;
      if (events.length < page) return;
    }
  }

  #add({ unitId, row, outcome }: JudgedUnit): void {
    this.#seen.add(unitId);
    this.tally.add({ row, outcome });
    const { decision, isBelow, scores } = outcome;
    this.rows.push({
      ...{ unitId, position: row.position, decision, isBelow },
      score: scores?.overall ?? null,
      after: (decision === "removed" ? undefined : finalScores(outcome)?.overall) ?? null,
    });
  }
}

/** Jobs that are kept in memory, the last ones asked for. */
const mostJobs = 8;

const known = new WeakMap<Store, Map<string, LiveOutcomes>>();

/** What is judged of a job by now. */
export async function liveOutcomes(store: Store, jobId: string): Promise<LiveOutcomes> {
  const jobs = known.get(store) ?? new Map<string, LiveOutcomes>();
  known.set(store, jobs);
  const live = jobs.get(jobId) ?? new LiveOutcomes(jobId);
  jobs.delete(jobId);
  jobs.set(jobId, live);
  const [oldest] = jobs.keys();
  if (jobs.size > mostJobs && oldest !== undefined) jobs.delete(oldest);
  await live.readOn(store);
  return live;
}
