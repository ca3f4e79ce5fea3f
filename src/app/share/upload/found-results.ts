// Results of ft evaluate and ft benchmark that are of what is uploaded, as a card shows them. Known by the hash of the
// adapter that was asked, or by the model's place; results of anything else are left alone.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../../../core/errors.ts";
import { hashFile } from "../../../core/file-hash.ts";
import { expandHome } from "../../../core/paths.ts";
import type { BenchmarkReport } from "../../evaluate/benchmark-report.ts";
import { jsonIn, type UploadSource } from "./source.ts";

export interface CardResult {
  metric: string;
  value: number;
  baseline: number | undefined;
  delta: BenchmarkReport["deltas"][string][string] | undefined;
}

export interface CardResults {
  /** What the questions were: a name of the training's data, or a hash. */
  data: string;
  samples: number;
  /** How the metrics were taken. */
  signature: string;
  /** The model that it is compared with. */
  baseline: string | undefined;
  results: CardResult[];
  contamination: BenchmarkReport["contamination"];
}

const WEIGHTS = ["adapters.safetensors", "adapter_model.safetensors"];
const USUAL = ["benchmark", "evaluation"];
const SUMMARY = "evaluation.json";
const REPORT = "report.json";

interface Summary {
  asked?: { adapter?: unknown; data?: unknown };
  model?: unknown;
  adapter?: unknown;
  scores?: Record<string, number>;
  samples?: number;
  signature?: string;
}

/** What tells the result from others. */
interface Identity {
  hash: string | undefined;
  places: ReadonlySet<string>;
}

async function identityOf({ named, trained, run }: UploadSource): Promise<Identity> {
  const file = WEIGHTS.map((name) => join(trained, name)).find((path) => existsSync(path));
  const places = [named, trained, run].filter((place) => place !== undefined);
  return { hash: file && (await hashFile(file)), places: new Set(places) };
}

const isPlaceOf = (value: unknown, { places }: Identity): boolean =>
  typeof value === "string" && places.has(resolve(expandHome(value)));

function isOurs({ asked, model, adapter }: Summary, identity: Identity): boolean {
  const { hash } = identity;
  if (hash !== undefined && typeof asked?.adapter === "string") return asked.adapter === hash;
  return isPlaceOf(adapter ?? model, identity);
}

/** The questions by the name that the training knows them by. */
function dataName({ asked }: Summary, { provenance }: UploadSource): string {
  const [hash] = Array.isArray(asked?.data) ? (asked.data as unknown[]) : [];
  if (typeof hash !== "string") return "its own questions";
  const known = provenance?.data?.find(({ sha256 }) => sha256 === hash);
  return known === undefined ? `its own file (SHA-256 ${hash.slice(0, 12)}…)` : known.name;
}

function ofSummary(summary: Summary, source: UploadSource): CardResults {
  const results = Object.entries(summary.scores ?? {}).map(([metric, value]) => ({
    ...{ metric, value, baseline: undefined, delta: undefined },
  }));
  return {
    ...{ data: dataName(summary, source), results, baseline: undefined, contamination: null },
    ...{ samples: summary.samples ?? 0, signature: summary.signature ?? "" },
  };
}

/** Of a benchmark the part that is ours, beside its first model. */
function ofReport(
  folder: string,
  identity: Identity,
  source: UploadSource,
): CardResults | undefined {
  const report = jsonIn(folder, REPORT) as unknown as BenchmarkReport;
  const at = (report.models ?? []).findIndex((_, index) =>
    isOurs(jsonIn(join(folder, `model-${index + 1}`), SUMMARY) as Summary, identity),
  );
  const [first, own] = [report.models?.[0], report.models?.[at]];
  if (first === undefined || own === undefined) return undefined;
  const summary = jsonIn(join(folder, `model-${at + 1}`), SUMMARY) as Summary;
  const results = Object.entries(own.scores).map(([metric, value]) => ({
    ...{ metric, value },
    baseline: at === 0 ? undefined : first.scores[metric],
    delta: report.deltas[own.model]?.[metric],
  }));
  return {
    ...{ data: dataName(summary, source), results, contamination: report.contamination },
    ...{ samples: report.samples, signature: report.signature },
    baseline: at === 0 ? undefined : first.model,
  };
}

function resultsIn(
  folder: string,
  identity: Identity,
  source: UploadSource,
): CardResults | undefined {
  if (existsSync(join(folder, REPORT))) return ofReport(folder, identity, source);
  const summary = jsonIn(folder, SUMMARY) as Summary;
  return isOurs(summary, identity) ? ofSummary(summary, source) : undefined;
}

/**
 * Those of the named folders, else of `benchmark` and `evaluation` beside the result, the run and the working folder.
 * @throws UsageError FT-UPLOAD-010 for a named folder without results of this.
 */
export async function foundResults(
  source: UploadSource,
  named: readonly string[] | undefined,
): Promise<CardResults[]> {
  const identity = await identityOf(source);
  const parents = [source.folder, source.run, "."].filter((place) => place !== undefined);
  const usual = parents.flatMap((parent) => USUAL.map((name) => resolve(parent, name)));
  const found = [...new Set(named?.map((name) => resolve(expandHome(name))) ?? usual)].map(
    (folder) => ({ folder, results: resultsIn(folder, identity, source) }),
  );
  const missing = found.find(({ results }) => results === undefined);
  if (named !== undefined && missing !== undefined) {
    throw new UsageError("FT-UPLOAD-010", {
      at: { file: missing.folder },
      message: "there are no results of this model in it",
      hint: "name a folder that ft evaluate or ft benchmark wrote about exactly this result",
    });
  }
  return found.flatMap(({ results }) => results ?? []);
}
