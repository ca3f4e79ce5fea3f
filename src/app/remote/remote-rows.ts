// Rows of a run at a service: read, rendered and masked as any run here does, with the tokenizer that the service names.
import { BatchPlan, cutRows, inputLength } from "../../data/index.ts";
import { loadTokenizer, readTemplate, rendererOf, type TemplateSource } from "../../text/index.ts";
import type { Renderer, Tokenizer } from "../../text/types.ts";
import type { Unit } from "../../train/run.ts";
import { type DownloadProgress, type ResolvedModel, resolveModel } from "../../weights/index.ts";
import type { RunConfig } from "../config/schema.ts";
import { requireSamples } from "../train/check-run.ts";
import { lostNotices, requireShortRows } from "../train/lost-rows.ts";
import {
  cutData,
  type DataWatch,
  type PreparedData,
  prepareWholeRows,
  samplesOf,
} from "../train/prepare-data.ts";

export interface RemoteText {
  tokenizer: Tokenizer;
  renderer: Renderer;
  template: TemplateSource;
  /** Where its files are, and the headers of the weights that stay where they are. */
  place: Pick<ResolvedModel, "folder" | "remote">;
}

/** Comes through the hub's cache; weights stay where they are. */
export async function remoteText(
  tokenizerName: string,
  template: TemplateSource,
  options: {
    onDownload?: ((progress: DownloadProgress) => void) | undefined;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<RemoteText> {
  const { onDownload: onProgress, signal } = options;
  const asked = { leaveWeights: true, mayLackWeights: true, onProgress, signal };
  const place = await resolveModel(tokenizerName, asked);
  const tokenizer = await loadTokenizer(place.folder);
  return { tokenizer, renderer: rendererOf(tokenizer, template), template, place };
}

export const remoteTemplate = (config: RunConfig): TemplateSource =>
  readTemplate(config.data.template);

export interface RemoteRows {
  data: PreparedData;
  units: readonly Unit[];
  validation: readonly Unit[];
  plan: BatchPlan;
  notices: string[];
}

const alone = (samples: PreparedData["train"]["samples"]): Unit[] => samples.map((one) => [one]);

/** @throws DataError for rows that cannot be used, all at once. */
export async function remoteRows(
  config: RunConfig,
  text: RemoteText,
  watch: DataWatch,
): Promise<RemoteRows> {
  const whole = await prepareWholeRows(config, text, watch);
  requireShortRows(whole, config);
  const data = cutData(whole, config, cutRows);
  requireSamples(data);
  const units = alone(data.train.samples);
  const lengths = units.map((unit) =>
    unit.flatMap(({ sequences }) => sequences).reduce((sum, one) => sum + inputLength(one), 0),
  );
  const { optimization, seed } = config;
  const plan = new BatchPlan({
    ...{ lengths, batchSize: optimization.batch_size, accumulation: 1 },
    ...{ seed, order: config.data.order, grouping: "none" as const },
  });
  const notices = [
    ...lostNotices(data, config, "lost-rows.jsonl lists them"),
    ...text.renderer.notices(samplesOf(data.dataset)),
  ];
  return { data, units, validation: alone(data.validation.samples), plan, notices };
}
