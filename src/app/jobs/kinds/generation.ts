// Generating rows of a domain as a job: a unit a row, into a dataset of its own. What does a row is app/generation/.
import { withDotEnv } from "../../../providers/environment.ts";
import {
  createDataset,
  createGenerationJob,
  datasetsFolder,
} from "../../../store/platform/index.ts";
import { chooseProvider } from "../../data/making/choose-provider.ts";
import { loadExtensions } from "../../extensions.ts";
import {
  GENERATION,
  GenerationWorker,
  REST,
  rowUnits,
} from "../../generation/generation-worker.ts";
import { GenerationParameters } from "../../generation/parameters.ts";
import { restUnits } from "../../generation/rest-unit.ts";
import { choiceOf, keptParameters, rowParts } from "../../generation/rows-parts.ts";
import { followFiles } from "../../platform/follow-files.ts";
import type { JobKind } from "./types.ts";

export const generationKind: JobKind<GenerationParameters> = {
  about: "generates a dataset for a domain, as ft data generate does",
  parameters: GenerationParameters,
  jobsAtOnce: 2,
  title: ({ domain, subdomain, count }) => `${domain}, ${subdomain}: ${count} rows`,
  prepare: async (parameters, { environment }) => {
    await loadExtensions(parameters.extensions);
    const parts = rowParts(parameters, environment);
    const { provider } = await chooseProvider(
      choiceOf(parameters),
      withDotEnv(environment, process.cwd()),
    );
    await provider.close();
    // whoever goes on with it asks whom was chosen now
    const chosen = { provider: provider.name, models: [...provider.models] };
    return keptParameters({ ...parameters, ...chosen }, parts);
  },
  made: async ({ id: jobId, parameters: kept }, { environment, store }) => {
    const parameters = GenerationParameters.parse(kept);
    const { domain, subdomain, language } = rowParts(parameters, environment);
    const { format, count, seed, provider, models, name } = parameters;
    const dataset = await createDataset(store, {
      name,
      domain: domain.name,
      subdomain: subdomain.name,
      format,
      folder: datasetsFolder(environment),
      metadata: { language: language.tag, seed, provider, models },
    });
    const job = { jobId, datasetId: dataset.id, parameters, requested: count };
    await createGenerationJob(store.db, job);
  },
  units: rowUnits,
  open: async ({ environment, store }) => {
    const worker = new GenerationWorker(store, environment);
    const filesWritten = followFiles(store);
    const close = async (): Promise<void> => {
      await worker.close();
      await filesWritten();
    };
    return { units: { [GENERATION]: worker.rows(), [REST]: restUnits(store) }, close };
  },
};
