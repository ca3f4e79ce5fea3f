// A set of rows judged and mended: rows read, the judge chosen and allowed, the job run or gone on with, files written.
// Prints nothing.
import type { ProviderError } from "../../core/errors.ts";
import { interrupted } from "../../core/interrupted.ts";
import type { Environment } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { explained } from "../../providers/errors.ts";
import type { ProviderFailure } from "../../providers/failures.ts";
import { knownPrices, priceOf } from "../../providers/prices.ts";
import {
  type Progress,
  readJob,
  runWorker,
  spendingOf,
  type Store,
  unitKinds,
} from "../../store/index.ts";
import { reporting } from "../../synth/make/make-job.ts";
import type { QualitySettings } from "../../synth/quality/settings.ts";
import { requireApart } from "../../synth/rows/apart.ts";
import {
  type ChosenProvider,
  chooseProvider,
  type ProviderChoice,
} from "../data/making/choose-provider.ts";
import { type Leaving, requireConsent } from "../data/making/consent.ts";
import { type RowInput, withRows } from "../data/row-input.ts";
import { loadExtensions } from "../extensions.ts";
import { withStore } from "../store/with-store.ts";
import { agreementOf, type QualityAgreement, readRowRatings } from "./agreement.ts";
import { estimateQuality, type QualityEstimate } from "./estimate.ts";
import { judgeWarnings } from "./judge-warnings.ts";
import { judgedRows } from "./outcomes.ts";
import { fingerprintOf, type QualityParameters, qualityPrompts } from "./parameters.ts";
import { outOfBudget, unaskedRows } from "./quality-errors.ts";
import { type QualityFiles, QualityWriter } from "./quality-files.ts";
import { knownJob, openJob } from "./quality-job.ts";
import { type WorkerTalk, QualityWorker } from "./quality-worker.ts";
import { ROW_UNIT, rowsToJudge, type RowsToJudge } from "./rows-to-judge.ts";
import { type QualityTally, Tally } from "./tally.ts";

export interface QualityRequest extends Omit<ProviderChoice, "concurrency">, QualityFiles {
  /** JSON lines, or a dataset of the store. */
  file: string;
  settings: QualitySettings;
  /** Folder of prompts. */
  prompts?: string | undefined;
  retries: number;
  /** Dollars. */
  budget?: number | undefined;
  /** A person's own ratings of some of the rows. */
  ratings?: string | undefined;
  extensions?: readonly string[] | undefined;
}

export interface QualityTalk extends WorkerTalk {
  /** Whether rows may leave the machine. */
  allow: (leaving: Leaving) => Promise<boolean>;
  onPlan?: (plan: QualityPlan) => void;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** What will be done, told before anything is asked. */
export interface QualityPlan {
  provider: string;
  models: readonly string[];
  estimate: QualityEstimate;
  /** Whether the estimate knows what tokens cost. */
  hasPrice: boolean;
}

export interface QualityReport extends QualityTally, QualityFiles {
  file: string;
  settings: QualitySettings;
  agreement: QualityAgreement | null;
  /** Requests that went out, of all tries of this job. */
  calls: number;
  callsBy: { answered: number; failed: number; lost: number };
  costUsd: number;
  hasPrice: boolean;
  tokensIn: number;
  tokensOut: number;
  provider: string;
  models: readonly string[];
  job: string;
  warnings: string[];
}

interface Prepared {
  rows: RowsToJudge;
  chosen: ChosenProvider;
  parameters: QualityParameters;
  plan: QualityPlan;
}

/** Without the password that an address may carry. */
function bareAddress(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = url.password = "";
  return url.href;
}

async function prepare(
  request: QualityRequest,
  environment: Environment,
  input: RowInput,
): Promise<Prepared> {
  const { settings, retries } = request;
  const prompts = qualityPrompts(settings.criteria, request.prompts, environment);
  const rows = await rowsToJudge(input);
  const concurrency = settings.batchSize;
  const chosen = await chooseProvider({ ...request, concurrency }, environment);
  const { name, models, identity, keepsSchemas, leavesTo } = chosen.provider;
  const source = { file: input.name, digest: rows.digest };
  const baseUrl = bareAddress(request.baseUrl);
  const provider = {
    ...{ name, models: [...models], timeout: request.timeout, retries },
    ...(baseUrl !== undefined && { baseUrl }),
  };
  const fingerprint = fingerprintOf({ source, settings, prompts }, [
    identity,
    models,
    keepsSchemas,
  ]);
  const parameters = { source, settings, prompts, provider, fingerprint };
  const price = priceOf(knownPrices(environment), name, models[0] ?? "");
  const { criteria, score, rewrite } = prompts;
  const work = {
    settings,
    score: { prompt: score, criteria, keepsSchemas, settings },
    rewrite: { prompt: rewrite, keepsSchemas, settings },
  };
  const plan = {
    ...{ provider: name, models, estimate: estimateQuality(rows.rows, work, price) },
    hasPrice: price !== undefined || leavesTo === undefined,
  };
  return { rows, chosen, parameters, plan };
}

/** The user's modules first: the variables of their providers are looked for in .env too. */
async function readyFor(
  { extensions }: Pick<QualityRequest, "extensions">,
  given: Environment,
): Promise<Environment> {
  await loadExtensions(extensions);
  return withDotEnv(given, process.cwd());
}

/** What will be asked, and at what price. Asks nothing of any model. */
export async function estimateJudging(
  request: QualityRequest,
  given: Environment,
): Promise<QualityPlan> {
  const environment = await readyFor(request, given);
  return await withRows(environment, request.file, async (input) => {
    const { chosen, plan } = await prepare({ ...request, isForEstimate: true }, environment, input);
    await chosen.provider.close();
    return plan;
  });
}

function stopped(failure: ProviderFailure, { provider, keys }: ChosenProvider): ProviderError {
  const { name, models, leavesTo } = provider;
  return explained(failure, { name, keys, models, host: leavesTo ?? "this machine" });
}

/** Runs the job to its end. Throws where it ends early: what is judged stays. */
async function judged(
  store: Store,
  prepared: Prepared,
  id: string,
  { environment, talk }: { environment: Environment; talk: QualityTalk },
): Promise<void> {
  const { chosen, parameters, rows } = prepared;
  const worker = new QualityWorker(environment, talk);
  worker.use(id, chosen.provider, parameters);
  const ended = new AbortController();
  const told = reporting(store, id, talk, ended.signal);
  try {
    await runWorker(store, unitKinds({ [ROW_UNIT]: worker.rows }), {
      ...{ slots: parameters.settings.batchSize, untilEnded: id, every: 100 },
      ...(talk.signal !== undefined && { signal: talk.signal }),
    });
  } finally {
    ended.abort();
    await told;
  }
  if (worker.failure !== undefined) throw stopped(worker.failure, chosen);
  const { status, units } = await readJob(store.db, id);
  if (talk.signal?.aborted === true || status === "cancelled") {
    throw interrupted("while rows were judged; the same command goes on and asks nothing twice");
  }
  if (status === "paused") throw outOfBudget(units.done, rows.rows.length);
}

async function written(
  store: Store,
  prepared: Prepared,
  id: string,
  request: QualityRequest,
): Promise<QualityReport> {
  const { plan, rows, parameters } = prepared;
  const { settings } = parameters;
  const { file, output, quarantine, report: reportFile, ratings } = request;
  const own =
    ratings === undefined ? undefined : await readRowRatings(ratings, rows.rows, settings.criteria);
  const tally = new Tally();
  const failed: string[] = [];
  using files = new QualityWriter({ output, quarantine, report: reportFile });
  for await (const one of judgedRows(store, id, (reason) => void failed.push(reason))) {
    tally.add(one);
    files.take(one);
  }
  if (failed.length > 0) throw unaskedRows(failed.length, failed[0]!);
  const spending = await spendingOf(store, id);
  const { answered, failed: lostOnes, lost } = spending.calls;
  const { result } = tally;
  const agreement = own === undefined ? null : agreementOf(own, tally.rows, settings);
  const report: QualityReport = {
    ...{ file, output, quarantine, report: reportFile, settings },
    ...result,
    agreement,
    calls: answered + lostOnes + lost,
    callsBy: { answered, failed: lostOnes, lost },
    ...{ costUsd: spending.spent / 1e9, hasPrice: plan.hasPrice },
    ...{ tokensIn: spending.tokensIn, tokensOut: spending.tokensOut },
    ...{ provider: plan.provider, models: plan.models, job: id },
    warnings: judgeWarnings(result.judge),
  };
  await files.commit(report);
  return report;
}

/**
 * Judges and mends the rows, or goes on with it, and writes the files that are asked for.
 * @throws UsageError FT-MAKE-010 where rows may not be sent, FT-ROWS-006 and 007 where a file is named twice; ProviderError FT-PROVIDER-… where the provider wants
 * something mended; FtError FT-QUALITY-004, 005; DataError FT-EVAL-020 for ratings; what reading rows throws.
 */
export async function judgeDataset(
  request: QualityRequest,
  given: Environment,
  talk: QualityTalk,
): Promise<QualityReport> {
  const { file, output, quarantine, report, ratings } = request;
  requireApart({ reads: [file, ratings], writes: [output, quarantine, report] });
  const environment = await readyFor(request, given);
  return await withRows(environment, file, async (input) => {
    const prepared = await prepare(request, environment, input);
    const { chosen, plan, rows, parameters } = prepared;
    if (request.ratings !== undefined)
      await readRowRatings(request.ratings, rows.rows, parameters.settings.criteria);
    try {
      return await withStore(environment, async (store) => {
        // whoever allowed it once need not be asked when the job goes on
        if ((await knownJob(store, parameters.fingerprint)) === undefined) {
          const sources = [{ source: input.name, characters: rows.characters }];
          await requireConsent(chosen, sources, talk.allow);
        }
        talk.onPlan?.(plan);
        const by = `${plan.provider} ${plan.models.join(", ")}`;
        const title = `quality of ${file}: ${rows.rows.length} rows by ${by}`;
        const { budget } = request;
        const { id } = await openJob(store, { rows: rows.rows, parameters, title, budget });
        await judged(store, prepared, id, { environment, talk });
        return await written(store, prepared, id, request);
      });
    } finally {
      await chosen.provider.close();
    }
  });
}
