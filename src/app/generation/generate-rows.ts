import { writeJsonAtomic } from "../../core/atomic-files.ts";
// Rows of a domain, made by a model in this process: the job found again or put into the queue, worked on, and told.
// Another process goes on with it as well (app/jobs/). Prints nothing.
import type { ProviderError } from "../../core/errors.ts";
import { interrupted } from "../../core/interrupted.ts";
import type { Environment } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { explained } from "../../providers/errors.ts";
import type { ProviderFailure } from "../../providers/failures.ts";
import { knownPrices, priceOf } from "../../providers/prices.ts";
import type { ChatRequest } from "../../providers/types.ts";
import {
  budgetOfJob,
  type Job,
  listJobs,
  pauseJob,
  type Progress,
  readJob,
  resumeJob,
  retryJob,
  runWorker,
  setBudget,
  spendingOf,
  type Store,
  unitKinds,
} from "../../store/index.ts";
import { fileInStep, readDataset } from "../../store/platform/index.ts";
import type { Scenario } from "../../synth/domains/draw.ts";
import { estimateRows } from "../../synth/domains/estimate.ts";
import { type RowParts, rowRequest, scenarioOf } from "../../synth/domains/row-request.ts";
import type { MakeEstimate } from "../../synth/make/estimate.ts";
import { reporting } from "../../synth/make/make-job.ts";
import { type ChosenProvider, chooseProvider } from "../data/making/choose-provider.ts";
import { loadExtensions } from "../extensions.ts";
import { submitJob } from "../jobs/submit.ts";
import { withStore } from "../store/with-store.ts";
import { broughtBy, writeRows } from "./generated-rows.ts";
import { generationStatus } from "./generation-row.ts";
import { GENERATION, GenerationWorker } from "./generation-worker.ts";
import type { GenerationParameters } from "./parameters.ts";
import { type GenerateReport, reportOf } from "./report.ts";
import { choiceOf, fingerprintOf, rowParts } from "./rows-parts.ts";

export interface GenerateRequest {
  parameters: GenerationParameters;
  /** Where the rows go too, beside the file of the dataset. */
  output?: string | undefined;
  /** Where it is told what was asked for, drawn and made. */
  coverage?: string | undefined;
  /** Dollars. */
  budget?: number | undefined;
}

export interface GeneratePlan {
  provider: string;
  models: readonly string[];
  toMake: number;
  estimate: MakeEstimate;
  hasPrice: boolean;
}

export interface GenerateTalk {
  onPlan?: (plan: GeneratePlan) => void;
  onProgress?: (progress: Progress) => void;
  onFailure?: (failure: ProviderFailure, model: string) => void;
  signal?: AbortSignal;
}

const inNano = (dollars: number): number => Math.round(dollars * 1e9);

interface Prepared {
  environment: Environment;
  chosen: ChosenProvider;
  parts: RowParts;
  plan: GeneratePlan;
}

async function prepare(
  { parameters }: GenerateRequest,
  given: Environment,
  isForEstimate: boolean,
): Promise<Prepared> {
  await loadExtensions(parameters.extensions);
  const environment = withDotEnv(given, process.cwd());
  const own = rowParts(parameters, environment);
  const chosen = await chooseProvider({ ...choiceOf(parameters), isForEstimate }, environment);
  const { provider } = chosen;
  const parts = { ...own, keepsSchemas: provider.keepsSchemas };
  const price = priceOf(knownPrices(environment), provider.name, provider.models[0] ?? "");
  const plan = {
    provider: provider.name,
    models: provider.models,
    toMake: parameters.count,
    estimate: estimateRows(parameters.count, parts, price),
    hasPrice: price !== undefined || provider.leavesTo === undefined,
  };
  return { environment, chosen, parts, plan };
}

/** What will be asked, and at what price. Asks nothing of any model. */
export async function estimateGeneration(
  request: GenerateRequest,
  given: Environment,
): Promise<GeneratePlan> {
  const { chosen, plan } = await prepare(request, given, true);
  await chosen.provider.close();
  return plan;
}

export interface PreviewedRow {
  scenario: Scenario;
  request: ChatRequest;
}

/** What the first rows would be asked for with. Asks nobody. */
export async function previewRows(
  { parameters }: GenerateRequest,
  rows: number,
  environment: Environment,
): Promise<PreviewedRow[]> {
  await loadExtensions(parameters.extensions);
  const parts = { ...rowParts(parameters, environment), keepsSchemas: false };
  return Array.from({ length: rows }, (_, row) => {
    const task = { row, draw: 0 };
    return { scenario: scenarioOf(task, parts), request: rowRequest(task, 0, parts) };
  });
}

const page = 200;

async function knownJob(store: Store, fingerprint: string): Promise<Job | undefined> {
  for (let offset = 0; ; offset += page) {
    const jobs = await listJobs(store, { kind: GENERATION, limit: page, offset });
    const found = jobs.find(
      ({ parameters, status }) =>
        status !== "cancelled" &&
        (parameters as Partial<GenerationParameters>).fingerprint === fingerprint,
    );
    if (found !== undefined || jobs.length < page) return found;
  }
}

async function openJob(
  store: Store,
  { parameters, budget }: GenerateRequest,
  { environment, chosen, parts }: Prepared,
): Promise<Job> {
  const { provider } = chosen;
  const fingerprint = fingerprintOf(parts, parameters, provider);
  const cap = budget === undefined ? undefined : inNano(budget);
  const known = await knownJob(store, fingerprint);
  if (known === undefined) {
    const named = { provider: provider.name, models: [...provider.models] };
    const given = { ...parameters, ...named, fingerprint };
    return await submitJob(store, GENERATION, given, { budget: cap, environment });
  }
  await setBudget(store.db, budgetOfJob(known.id), cap ?? null);
  if (known.status === "paused") return await resumeJob(store, known.id);
  return known.status === "failed" ? await retryJob(store, known.id) : known;
}

function stopped(failure: ProviderFailure, { provider, keys }: ChosenProvider): ProviderError {
  const { name, models, leavesTo } = provider;
  return explained(failure, { name, keys, models, host: leavesTo ?? "this machine" });
}

async function work(
  store: Store,
  job: Job,
  { chosen, environment }: Prepared,
  parameters: GenerationParameters,
  talk: GenerateTalk,
): Promise<Job> {
  const worker = new GenerationWorker(store, environment, talk);
  worker.use(job.id, chosen.provider, parameters);
  const ended = new AbortController();
  const told = reporting(store, job.id, talk, ended.signal);
  try {
    await runWorker(store, unitKinds({ [GENERATION]: worker.rows(parameters.concurrency) }), {
      ...{ slots: parameters.concurrency, untilEnded: job.id, onlyJob: job.id, every: 100 },
      ...(talk.signal !== undefined && { signal: talk.signal }),
    });
  } finally {
    ended.abort();
    await told;
  }
  if (worker.failure !== undefined) throw stopped(worker.failure, chosen);
  return await readJob(store.db, job.id);
}

/** Whoever broke it off goes on with the same command; nobody else does meanwhile. */
async function brokenOff(store: Store, id: string): Promise<never> {
  await pauseJob(store, id).catch(() => undefined);
  throw interrupted("while rows were generated; the same command goes on and asks nothing twice");
}

/**
 * Generates the rows, or goes on with it, and writes them.
 * @throws UsageError FT-DOMAIN-…; ProviderError FT-PROVIDER-… where the provider wants something mended; what choosing a
 * provider throws.
 */
export async function generateRows(
  request: GenerateRequest,
  given: Environment,
  talk: GenerateTalk = {},
): Promise<GenerateReport> {
  const prepared = await prepare(request, given, false);
  const { chosen, parts, plan, environment } = prepared;
  try {
    return await withStore(environment, async (store) => {
      talk.onPlan?.(plan);
      const opened = await openJob(store, request, prepared);
      const job = await work(store, opened, prepared, request.parameters, talk);
      const isEnded = job.status === "completed" || job.status === "failed";
      if (talk.signal?.aborted === true && !isEnded) await brokenOff(store, job.id);
      const status = await generationStatus(store, job);
      const dataset = await readDataset(store, status?.datasetId ?? 0);
      const brought = await broughtBy(store, { jobId: job.id, datasetId: dataset.id, parts });
      await fileInStep(store, dataset.id);
      const output = request.output ?? dataset.filePath;
      if (request.output !== undefined) await writeRows(store, dataset.id, request.output);
      if (request.coverage !== undefined) await writeJsonAtomic(request.coverage, brought.coverage);
      const spending = await spendingOf(store, job.id);
      const counted = { brought, spending, job, output, dataset: dataset.id };
      return reportOf(counted, parts, plan);
    });
  } finally {
    await chosen.provider.close();
  }
}
