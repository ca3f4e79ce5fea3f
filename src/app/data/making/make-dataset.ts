// Rows made by a model after documents, or as one is told: documents read, the provider chosen and allowed, the job run
// or gone on with, its rows written. Prints nothing.
import type { ProviderError } from "../../../core/errors.ts";
import { interrupted } from "../../../core/interrupted.ts";
import type { Environment } from "../../../core/paths.ts";
import { withDotEnv } from "../../../providers/environment.ts";
import { explained } from "../../../providers/errors.ts";
import { ProviderFailure } from "../../../providers/failures.ts";
import { Gate } from "../../../providers/gate.ts";
import { knownPrices, priceOf } from "../../../providers/prices.ts";
import type { Progress } from "../../../store/index.ts";
import { estimateMaking, type MakeEstimate } from "../../../synth/make/estimate.ts";
import { nothingToRestOn } from "../../../synth/make/make-errors.ts";
import { hasJob, makeJob, type MakeOutcome, type MakeWork } from "../../../synth/make/make-job.ts";
import { fingerprintOf, type MakeSettings, type RequestParts } from "../../../synth/make/plan.ts";
import { findPrompt, promptFolders } from "../../../synth/make/prompts.ts";
import type { SourceOptions } from "../../../synth/sources/options.ts";
import { loadExtensions } from "../../extensions.ts";
import { withStore } from "../../store/with-store.ts";
import { capped } from "./capped.ts";
import { type ChosenProvider, chooseProvider, type ProviderChoice } from "./choose-provider.ts";
import { type Leaving, requireConsent } from "./consent.ts";
import { type Documents, readDocuments } from "./documents.ts";
import { examplesOf } from "./found-rows.ts";
import { type MakeReport, reportOf, writeRecords } from "./made-output.ts";

export interface MakeRequest extends ProviderChoice, SourceOptions {
  settings: MakeSettings;
  /** Documents: files, folders, patterns. None where rows rest on instructions alone. */
  paths: readonly string[];
  /** Number of rows to generate in total. */
  count: number;
  output: string;
  /** Conversations that documents hold are kept, and only the rest is made. */
  keepsFound: boolean;
  /** Folder of prompts. */
  prompts?: string | undefined;
  /** The service that the set is for: no more rows than it takes. */
  profile?: string | undefined;
  /** Characters of a passage. */
  passage: number;
  /** Dollars. */
  budget?: number | undefined;
  retries: number;
  extensions?: readonly string[] | undefined;
}

export interface MakeTalk {
  /** Whether documents may leave the machine. */
  allow: (leaving: Leaving) => Promise<boolean>;
  onPlan?: (plan: MakePlan) => void;
  onProgress?: (progress: Progress) => void;
  onFailure?: (failure: ProviderFailure, model: string) => void;
  signal?: AbortSignal;
}

/** What will be done, told before anything is asked. */
export interface MakePlan {
  provider: string;
  models: readonly string[];
  /** Rows to make, beside those that were found. */
  toMake: number;
  found: number;
  estimate: MakeEstimate;
  /** Whether the estimate knows what tokens cost. */
  hasPrice: boolean;
  /** Why fewer rows than asked for are made. */
  capped?: string | undefined;
}

/** Milliseconds before a request is made again for the first time. */
const firstDelay = 1000;

const inNano = (dollars: number): number => Math.round(dollars * 1e9);

interface Prepared {
  chosen: ChosenProvider;
  documents: Documents;
  work: MakeWork;
  plan: MakePlan;
}

/** The user's modules first: the variables of their providers are looked for in .env too. */
async function readyFor(
  { extensions }: Pick<MakeRequest, "extensions">,
  given: Environment,
): Promise<Environment> {
  await loadExtensions(extensions);
  return withDotEnv(given, process.cwd());
}

async function prepare(
  asked: MakeRequest,
  environment: Environment,
  { onFailure }: Partial<MakeTalk>,
): Promise<Prepared> {
  const { count: wanted, message } = capped(asked.count, asked.profile);
  const request = { ...asked, count: wanted };
  const chosen = await chooseProvider(request, environment);
  const { provider } = chosen;
  const documents = await readDocuments(request);
  const { passages, found } = documents;
  const toMake = Math.max(0, request.count - found.length);
  if (request.paths.length > 0 && passages.length === 0 && toMake > 0) {
    throw nothingToRestOn(request.paths);
  }
  const prompt = findPrompt(request.settings.mode, promptFolders(request.prompts, environment));
  const { keepsSchemas } = provider;
  const parts: RequestParts = {
    settings: request.settings,
    prompt,
    passages,
    examples: examplesOf(found),
    keepsSchemas,
  };
  const prices = knownPrices(environment);
  const price = priceOf(prices, provider.name, provider.models[0] ?? "");
  const { retries, concurrency, budget } = request;
  const asking = { provider, gate: new Gate(concurrency), prices, retries, firstDelay, onFailure };
  const what = [documents.digest, request.count, toMake, provider.identity, provider.models];
  const work = {
    fingerprint: fingerprintOf(parts, what),
    title: `${request.settings.mode}: ${toMake} rows by ${provider.name} ${provider.models.join(", ")}`,
    count: toMake,
    parts,
    found,
    asking,
    concurrency,
    budget: budget === undefined ? null : inNano(budget),
  };
  const plan = {
    provider: provider.name,
    models: provider.models,
    toMake,
    found: found.length,
    estimate: estimateMaking(toMake, parts, price),
    hasPrice: price !== undefined || provider.leavesTo === undefined,
    ...(message !== undefined && { capped: message }),
  };
  return { chosen, documents, work, plan };
}

/** What will be asked, and at what price. Asks nothing of any model. */
export async function estimateDataset(request: MakeRequest, given: Environment): Promise<MakePlan> {
  const environment = await readyFor(request, given);
  const { chosen, plan } = await prepare({ ...request, isForEstimate: true }, environment, {});
  await chosen.provider.close();
  return plan;
}

const hostOf = ({ provider }: ChosenProvider): string => provider.leavesTo ?? "this machine";

function stopped(failure: ProviderFailure, chosen: ChosenProvider): ProviderError {
  const { name, models } = chosen.provider;
  return explained(failure, { name, keys: chosen.keys, host: hostOf(chosen), models });
}

async function made(
  { chosen, documents, work, plan }: Prepared,
  environment: Environment,
  talk: MakeTalk,
  finish: (outcome: MakeOutcome) => Promise<MakeReport>,
): Promise<MakeReport> {
  return await withStore(environment, async (store) => {
    // whoever allowed it once need not be asked when the job goes on
    if (plan.toMake > 0 && !(await hasJob(store, work.fingerprint))) {
      await requireConsent(chosen, documents.report.read, talk.allow);
    }
    talk.onPlan?.(plan);
    const outcome = await makeJob(store, work, talk);
    if (outcome.stoppedBy instanceof ProviderFailure) throw stopped(outcome.stoppedBy, chosen);
    if (talk.signal?.aborted === true) {
      throw interrupted("while rows were made; the same command goes on and asks nothing twice");
    }
    return await finish(outcome);
  });
}

/**
 * Makes the rows, or goes on with making them, and writes them all.
 * @throws UsageError FT-MAKE-010 where documents may not be sent; ProviderError FT-PROVIDER-… where the provider wants
 * something mended; what reading documents and choosing a provider throw.
 */
export async function makeDataset(
  request: MakeRequest,
  given: Environment,
  talk: MakeTalk,
): Promise<MakeReport> {
  const environment = await readyFor(request, given);
  const prepared = await prepare(request, environment, talk);
  const { chosen, documents, plan, work } = prepared;
  try {
    return await made(prepared, environment, talk, async (outcome) => {
      const by = { provider: chosen.provider.name, parts: work.parts };
      await writeRecords(request.output, documents.found, outcome, by);
      return reportOf(request, plan, documents, outcome);
    });
  } finally {
    await chosen.provider.close();
  }
}
