// What does the units of quality jobs, for a worker of any process: one connection a job, closed with the worker.
import type { Environment } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { ProviderFailure } from "../../providers/failures.ts";
import { Gate } from "../../providers/gate.ts";
import { knownPrices } from "../../providers/prices.ts";
import type { Provider } from "../../providers/types.ts";
import {
  type ClaimedUnit,
  type UnitContext,
  type UnitKind,
  type UnitOutcome,
} from "../../store/index.ts";
import type { Asking } from "../../synth/make/ask.ts";
import { stopsJob, unitFailure } from "../../synth/make/make-job.ts";
import { chooseProvider } from "../data/making/choose-provider.ts";
import { openedWork } from "../data/making/opened-work.ts";
import { judgeRow, type RowOutcome, type RowToJudge, type RowWork } from "./judge-row.ts";
import { QualityParameters } from "./parameters.ts";

/** Milliseconds before a request is made again for the first time. */
const firstDelay = 1000;

/** Rows at once over all jobs of a worker; each job has its own bound below that. */
const mostRows = 256;

export interface WorkerTalk {
  onFailure?: ((failure: ProviderFailure, model: string) => void) | undefined;
}

interface JobWork {
  work: RowWork;
  provider: Provider;
}

/** `effects` of a row's outcome: what is written with it, in one transaction. */
export type RowEffects = (
  unit: ClaimedUnit,
  outcome: RowOutcome,
) => Pick<UnitOutcome, "effects"> | undefined;

/** Why the judge could not say anything of a row that it was asked about. */
const unjudged = ({ findings, scores, reasons }: RowOutcome): string | undefined =>
  findings.length === 0 && scores === undefined ? reasons[0] : undefined;

export class QualityWorker {
  /** Kept for whoever started it: the queue keeps words only. */
  failure: ProviderFailure | undefined;
  readonly #environment: Environment;
  readonly #talk: WorkerTalk;
  readonly #effects: RowEffects | undefined;
  readonly #jobs = new Map<string, Promise<JobWork>>();
  /** Failures of a row, by job and key. */
  readonly #failures = new Map<string, number>();

  constructor(environment: Environment, talk: WorkerTalk = {}, effects?: RowEffects) {
    this.#environment = environment;
    this.#talk = talk;
    this.#effects = effects;
  }

  /** A provider that is there already, for one job. */
  use(jobId: string, provider: Provider, parameters: QualityParameters): void {
    this.#jobs.set(jobId, Promise.resolve(this.#workOf(provider, parameters)));
  }

  get rows(): UnitKind {
    return {
      concurrency: mostRows,
      run: async (unit, context) => await this.#judge(unit, context),
    };
  }

  async close(): Promise<void> {
    for (const job of this.#jobs.values()) {
      const opened = await job.catch(() => undefined);
      await opened?.provider.close();
    }
  }

  async #judge(unit: ClaimedUnit, context: UnitContext): Promise<UnitOutcome> {
    try {
      const { work } = await this.#jobOf(unit);
      const outcome = await judgeRow(unit.input as RowToJudge, work, context);
      const fruitless = unjudged(outcome);
      const effects = this.#effects?.(unit, outcome);
      return { result: outcome, ...effects, ...(fruitless !== undefined && { fruitless }) };
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      if (stopsJob(error)) this.failure ??= error;
      const key = `${unit.jobId} ${unit.key}`;
      const times = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, times);
      throw unitFailure(error, times);
    }
  }

  async #jobOf({ jobId, parameters }: ClaimedUnit): Promise<JobWork> {
    return await openedWork(this.#jobs, jobId, () =>
      this.#connected(QualityParameters.parse(parameters)),
    );
  }

  async #connected(parameters: QualityParameters): Promise<JobWork> {
    const { name, models, baseUrl, timeout } = parameters.provider;
    const choice = { provider: name, models, baseUrl, timeout };
    const concurrency = parameters.settings.batchSize;
    const environment = withDotEnv(this.#environment, process.cwd());
    const { provider } = await chooseProvider({ ...choice, concurrency }, environment);
    return this.#workOf(provider, parameters);
  }

  #workOf(provider: Provider, { settings, prompts, provider: how }: QualityParameters): JobWork {
    const { keepsSchemas } = provider;
    const asking: Asking = {
      provider,
      gate: new Gate(settings.batchSize),
      prices: knownPrices(this.#environment),
      ...{ retries: how.retries, firstDelay, onFailure: this.#talk.onFailure },
    };
    const { criteria, score, rewrite } = prompts;
    const work = {
      ...{ settings, asking },
      score: { prompt: score, criteria, keepsSchemas, settings },
      rewrite: { prompt: rewrite, keepsSchemas, settings },
    };
    return { work, provider };
  }
}
