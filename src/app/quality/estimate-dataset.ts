// What judging a dataset of the platform will ask and cost, told before anything is asked: from its first rows, as large
// as the set is. Asks nobody.
import type { Environment } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { knownPrices, priceOf } from "../../providers/prices.ts";
import type { Store } from "../../store/index.ts";
import { exportExamples, readDataset } from "../../store/platform/index.ts";
import { rowChecks } from "../../synth/quality/checks/registry.ts";
import { criteria } from "../../synth/quality/criteria/registry.ts";
import { QualitySettings } from "../../synth/quality/settings.ts";
import { chooseProvider } from "../data/making/choose-provider.ts";
import { rowToJudge } from "./dataset-job.ts";
import { estimateQuality, type QualityEstimate } from "./estimate.ts";
import type { RowToJudge } from "./judge-row.ts";
import { qualityPrompts } from "./parameters.ts";
import { RepeatedRows } from "./rows-to-judge.ts";

/** Rows looked at: enough for a mean, few enough for an answer at once. */
const looked = 200;

export interface DatasetEstimateRequest {
  datasetId: number;
  settings: Partial<QualitySettings>;
  provider?: string | undefined;
  model?: string | undefined;
  rubric?: string | undefined;
}

export interface DatasetEstimate {
  provider: string;
  models: readonly string[];
  hasPrice: boolean;
  /** Rows that it rests on. */
  looked: number;
  estimate: QualityEstimate;
}

async function firstRows(store: Store, datasetId: number): Promise<RowToJudge[]> {
  const known = new RepeatedRows();
  const rows: RowToJudge[] = [];
  for await (const example of exportExamples(store, datasetId)) {
    rows.push(rowToJudge(example, rows.length, known));
    if (rows.length >= looked) break;
  }
  return rows;
}

/** As large as the whole set. */
function scaled(of: QualityEstimate, times: number, rows: number): QualityEstimate {
  const many = (one: QualityEstimate["likely"]): QualityEstimate["likely"] => ({
    calls: Math.ceil(one.calls * times),
    tokensIn: Math.ceil(one.tokensIn * times),
    tokensOut: Math.ceil(one.tokensOut * times),
    cost: Math.ceil(one.cost * times),
  });
  const byCheck = Object.entries(of.byCheck).map(([name, n]) => [name, Math.round(n * times)]);
  return {
    rows,
    foundByChecks: Math.round(of.foundByChecks * times),
    byCheck: Object.fromEntries(byCheck) as Record<string, number>,
    ...{ scoring: many(of.scoring), likely: many(of.likely), most: many(of.most) },
  };
}

/** Throws FT-PLATFORM-001, and what choosing a provider throws. */
export async function estimateDataset(
  store: Store,
  { datasetId, settings: given, provider, model, rubric }: DatasetEstimateRequest,
  environment: Environment,
): Promise<DatasetEstimate> {
  const { exampleCount } = await readDataset(store, datasetId);
  const settings = QualitySettings.parse({
    ...{ checks: rowChecks.names(), criteria: criteria.names() },
    ...given,
  });
  const prompts = qualityPrompts(settings.criteria, undefined, environment, rubric);
  const choice = {
    ...{ provider, models: model === undefined ? [] : [model], timeout: 60 },
    ...{ concurrency: settings.batchSize, isForEstimate: true },
  };
  const chosen = await chooseProvider(choice, withDotEnv(environment, process.cwd()));
  const { name, models, keepsSchemas, leavesTo } = chosen.provider;
  await chosen.provider.close();
  const price = priceOf(knownPrices(environment), name, models[0] ?? "");
  const rows = await firstRows(store, datasetId);
  const work = {
    settings,
    score: { prompt: prompts.score, criteria: prompts.criteria, keepsSchemas, settings },
    rewrite: { prompt: prompts.rewrite, keepsSchemas, settings },
  };
  const times = rows.length === 0 ? 0 : exampleCount / rows.length;
  return {
    ...{ provider: name, models, looked: rows.length },
    hasPrice: price !== undefined || leavesTo === undefined,
    estimate: scaled(estimateQuality(rows, work, price), times, exampleCount),
  };
}
