// What does the units of generation jobs, for a worker of any process: a connection a job, closed with the worker. A row,
// its count and its unit's end are one transaction.
import type { Environment } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { ProviderFailure } from "../../providers/failures.ts";
import { Gate } from "../../providers/gate.ts";
import { knownPrices } from "../../providers/prices.ts";
import type { Provider } from "../../providers/types.ts";
import {
  addUnits,
  type ClaimedUnit,
  type Database,
  type NewUnit,
  type Store,
  type UnitContext,
  type UnitKind,
  type UnitOutcome,
} from "../../store/index.ts";
import { appendExample } from "../../store/platform/index.ts";
import { type Generated, generatedRecord, generateRow } from "../../synth/domains/generate-row.ts";
import type { RowParts, RowTask } from "../../synth/domains/row-request.ts";
import type { Asking } from "../../synth/make/ask.ts";
import { stopsJob, unitFailure } from "../../synth/make/make-job.ts";
import { REJECTIONS, type Rejection } from "../../synth/make/row-form.ts";
import { chooseProvider } from "../data/making/choose-provider.ts";
import { openedWork } from "../data/making/opened-work.ts";
import { loadExtensions } from "../extensions.ts";
import { datasetOfJob, noteRow } from "./generation-row.ts";
import { GenerationParameters } from "./parameters.ts";
import { choiceOf, rowParts } from "./rows-parts.ts";
import { SetRows } from "./set-rows.ts";

/** Name of the kind of job and of its units. */
export const GENERATION = "generation";

/** Being killed is no fault of a row's. */
const mostAttempts = 1_000_000;

/** Times that a row is drawn again because another says the same. */
const mostDraws = 5;

/** Milliseconds before a request is made again for the first time. */
const firstDelay = 1000;

/** Rows at once over all jobs of a worker; each job's requests have their own bound. */
const mostAtOnce = 32;

const unitOf = ({ row, draw }: RowTask): NewUnit => ({
  key: draw === 0 ? `row-${row}` : `row-${row}-draw-${draw}`,
  input: { row, draw },
  mostAttempts,
});

/** The unit that lets the rows behind a preview begin (rest-unit.ts). */
export const REST = "generation-rest";

export function* unitsFrom(first: number, end: number): Generator<NewUnit> {
  for (let row = first; row < end; row++) yield unitOf({ row, draw: 0 });
}

/** A unit a row; with a preview those of its rows, and one behind them that waits for somebody's word. */
export function* rowUnits({ count, preview }: GenerationParameters): Generator<NewUnit> {
  const first = Math.min(count, preview ?? count);
  yield* unitsFrom(0, first);
  if (preview !== undefined)
    yield { key: "rest", kind: REST, stage: 1, input: { from: first }, mostAttempts };
}

/** What is kept of a unit that has ended. */
export interface RowResult {
  /** Of the row, where it has come into the set. */
  example: number | null;
  rejections: Rejection[];
}

/** Why there is no row; the same words for rows of the same faults, so that they can be counted. */
function noneCounted(rejections: readonly Rejection[]): string {
  const reasons = new Set(rejections.map((one) => REJECTIONS[one]));
  return `none of ${rejections.length} answers was accepted: ${[...reasons].join("; ")}`;
}

interface JobWork {
  parts: RowParts;
  asking: Asking;
  provider: Provider;
  datasetId: number;
  set: SetRows;
}

export interface WorkerTalk {
  onFailure?: ((failure: ProviderFailure, model: string) => void) | undefined;
}

export class GenerationWorker {
  /** Kept for whoever started it: the queue keeps words only. */
  failure: ProviderFailure | undefined;
  readonly #store: Store;
  readonly #environment: Environment;
  readonly #talk: WorkerTalk;
  readonly #jobs = new Map<string, Promise<JobWork>>();
  /** Failures of a row by its provider. */
  readonly #failures = new Map<number, number>();

  constructor(store: Store, environment: Environment, talk: WorkerTalk = {}) {
    this.#store = store;
    this.#environment = environment;
    this.#talk = talk;
  }

  /** A provider that is there already, for one job. */
  use(jobId: string, provider: Provider, parameters: GenerationParameters): void {
    this.#jobs.set(jobId, this.#workOf(jobId, provider, parameters, this.#environment));
  }

  rows(concurrency = mostAtOnce): UnitKind {
    return { concurrency, run: async (unit, context) => await this.#run(unit, context) };
  }

  async close(): Promise<void> {
    for (const job of this.#jobs.values()) {
      const opened = await job.catch(() => undefined);
      await opened?.provider.close();
    }
  }

  async #run(unit: ClaimedUnit, context: UnitContext): Promise<UnitOutcome> {
    try {
      const work = await this.#jobOf(unit);
      const task = unit.input as RowTask;
      const generated = await generateRow(task, work.parts, work.asking, context);
      return this.#outcome(unit, generated, work);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      if (stopsJob(error)) this.failure ??= error;
      const times = (this.#failures.get(unit.id) ?? 0) + 1;
      this.#failures.set(unit.id, times);
      throw unitFailure(error, times);
    }
  }

  async #jobOf({ jobId, parameters }: ClaimedUnit): Promise<JobWork> {
    return await openedWork(this.#jobs, jobId, () => this.#open(jobId, parameters));
  }

  async #open(jobId: string, given: unknown): Promise<JobWork> {
    const parameters = GenerationParameters.parse(given);
    await loadExtensions(parameters.extensions);
    const environment = withDotEnv(this.#environment, process.cwd());
    const { provider } = await chooseProvider(choiceOf(parameters), environment);
    return await this.#workOf(jobId, provider, parameters, environment);
  }

  async #workOf(
    jobId: string,
    provider: Provider,
    parameters: GenerationParameters,
    environment: Environment,
  ): Promise<JobWork> {
    const datasetId = await datasetOfJob(this.#store.db, jobId);
    if (datasetId === null) throw new RangeError(`the job ${jobId} has no dataset`);
    const { retries, concurrency } = parameters;
    const { keepsSchemas } = provider;
    const asking: Asking = {
      provider,
      gate: new Gate(concurrency),
      prices: knownPrices(environment),
      ...{ retries, firstDelay, onFailure: this.#talk.onFailure },
    };
    const parts = { ...rowParts(parameters, environment), keepsSchemas };
    return { parts, asking, provider, datasetId, set: new SetRows(datasetId) };
  }

  #outcome(unit: ClaimedUnit, generated: Generated, work: JobWork): UnitOutcome {
    const result: RowResult = { example: null, rejections: generated.rejections };
    const effects = async (db: Database): Promise<void> => {
      const error = await this.#add(db, unit, generated, work, result);
      await noteRow(db, unit.jobId, { added: result.example !== null, error });
    };
    const fruitless = generated.row === undefined ? noneCounted(generated.rejections) : undefined;
    return { result, effects, ...(fruitless !== undefined && { fruitless }) };
  }

  /** Puts the row into the set, or has it drawn again; gives why there will be none. */
  async #add(
    db: Database,
    { jobId, key, input }: ClaimedUnit,
    { row, scenario, rejections }: Generated,
    { set, datasetId, parts, provider }: JobWork,
    result: RowResult,
  ): Promise<string | undefined> {
    if (row === undefined) return `${key}: ${noneCounted(rejections)}`;
    const state = await set.stateOf(db, row.messages);
    if (state === "new") {
      const { content, metadata } = generatedRecord({ scenario, row }, parts, provider.name);
      const example = { content: { ...content, metadata }, metadata };
      result.example = await appendExample(db, datasetId, example, this.#store.now());
      return undefined;
    }
    const rejection = state === "same" ? "repeated" : "nearly_repeated";
    result.rejections = [...rejections, rejection];
    const { row: number, draw } = input as RowTask;
    if (draw >= mostDraws) return `${key}: ${REJECTIONS[rejection]}, drawn ${draw + 1} times`;
    await addUnits(this.#store, db, jobId, [unitOf({ row: number, draw: draw + 1 })]);
    return undefined;
  }
}
