// Quality of a dataset as a job: a unit a row, between one that plans them and one that writes the rows that stay. What
// does a row is app/quality/. Jobs over files, which ft data quality makes, are gone on with as well.
import { z } from "zod";
import { withDotEnv } from "../../../providers/environment.ts";
import type { Store } from "../../../store/index.ts";
import { createQualityJob, readDataset } from "../../../store/platform/index.ts";
import { rowChecks } from "../../../synth/quality/checks/registry.ts";
import { criteria } from "../../../synth/quality/criteria/registry.ts";
import { nothingToJudge } from "../../../synth/quality/quality-errors.ts";
import { QualitySettings } from "../../../synth/quality/settings.ts";
import { chooseProvider } from "../../data/making/choose-provider.ts";
import { followFiles } from "../../platform/follow-files.ts";
import { datasetUnits, planUnit } from "../../quality/dataset-job.ts";
import { QualityParameters, QualityPrompts, qualityPrompts } from "../../quality/parameters.ts";
import { noteJudged } from "../../quality/quality-row.ts";
import { QualityWorker } from "../../quality/quality-worker.ts";
import { ROW_UNIT } from "../../quality/rows-to-judge.ts";
import type { JobKind } from "./types.ts";

/** As it is submitted: what nobody says is filled in by `prepare`. */
const SubmittedQuality = QualityParameters.extend({
  source: z.strictObject({ dataset: z.int().positive() }),
  settings: QualitySettings.extend({
    checks: z.array(z.string()).default(() => rowChecks.names()),
    criteria: z
      .array(z.string())
      .min(1)
      .default(() => criteria.names()),
  }).prefault({}),
  prompts: QualityPrompts.optional(),
  provider: QualityParameters.shape.provider.prefault({}),
});

type SubmittedQuality = z.infer<typeof SubmittedQuality>;

/** Throws FT-PLATFORM-001, FT-QUALITY-003. */
async function requireRows(store: Store, id: number): Promise<void> {
  const { exampleCount, filePath } = await readDataset(store, id);
  if (exampleCount === 0) throw nothingToJudge(filePath);
}

export const qualityKind: JobKind<SubmittedQuality> = {
  about: "judges, rewrites and removes rows of a dataset, as ft data quality does for files",
  parameters: SubmittedQuality,
  jobsAtOnce: 2,
  title: ({ source: { dataset }, provider: { name = "a model", models } }) =>
    `quality of dataset ${dataset} by ${[name, ...models].join(" ")}`,
  prepare: async (parameters, { environment, store }) => {
    const { source, settings, provider: how } = parameters;
    await requireRows(store, source.dataset);
    for (const name of settings.checks) rowChecks.get(name);
    const prompts =
      parameters.prompts ??
      qualityPrompts(settings.criteria, undefined, environment, parameters.rubric);
    const { name, models, baseUrl, timeout } = how;
    const choice = { provider: name, models, baseUrl, timeout, concurrency: settings.batchSize };
    const { provider } = await chooseProvider(choice, withDotEnv(environment, process.cwd()));
    await provider.close();
    // whoever goes on with it asks whom was chosen now
    const chosen = { ...how, name: provider.name, models: [...provider.models] };
    return { ...parameters, prompts, provider: chosen };
  },
  made: async ({ id: jobId, parameters }, { store }) => {
    const { source } = SubmittedQuality.parse(parameters);
    await createQualityJob(store.db, { jobId, datasetId: source.dataset, parameters });
  },
  units: () => [planUnit],
  open: async ({ environment, store }) => {
    const worker = new QualityWorker(environment, {}, (unit, outcome) => ({
      effects: (db) => noteJudged(db, unit, outcome, store.now()),
    }));
    const filesWritten = followFiles(store);
    const close = async (): Promise<void> => {
      await worker.close();
      await filesWritten();
    };
    return { units: { ...datasetUnits(store), [ROW_UNIT]: worker.rows }, close };
  },
};
