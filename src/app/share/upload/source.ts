// What an upload is of: the folder of a result, the run that it is from, and what is known of its origin.
// Reads only; which of its files go is chosen-files.ts's.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../../../core/errors.ts";
import { parsePythonJson } from "../../../core/json-text.ts";
import { expandHome } from "../../../core/paths.ts";
import {
  FINAL_MODEL,
  isRunFolder,
  type Provenance,
  provenanceOf,
  readRecord,
  trainedFolder,
  trainedProvenance,
} from "../../../runs/index.ts";

/** How the result is written, which says who reads it. */
export type ResultForm = "mlx-adapter" | "peft-adapter" | "model" | "mlx-model" | "gguf";

export interface UploadSource {
  /** The folder that was named. */
  named: string;
  /** Where the result lies: that, or the final model of the run. */
  folder: string;
  /** The run that it is from. */
  run: string | undefined;
  /** What was evaluated: the result, or the adapter that it was merged from. */
  trained: string;
  form: ResultForm;
  provenance: Provenance | undefined;
}

/** config.json or adapter_config.json as far as it can be read. */
export function jsonIn(folder: string, name: string): Record<string, unknown> {
  const file = join(folder, name);
  if (!existsSync(file)) return {};
  const parsed = parsePythonJson(readFileSync(file, "utf8"));
  const value = parsed.ok ? parsed.value : undefined;
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export const isAdapter = (form: ResultForm): boolean => form.endsWith("adapter");

function formOf(folder: string): ResultForm | undefined {
  if (existsSync(join(folder, "adapter_config.json")))
    return "peft_type" in jsonIn(folder, "adapter_config.json") ? "peft-adapter" : "mlx-adapter";
  if (readdirSync(folder).some((name) => name.endsWith(".gguf"))) return "gguf";
  if (!existsSync(join(folder, "config.json"))) return undefined;
  return "quantization" in jsonIn(folder, "config.json") ? "mlx-model" : "model";
}

function runOf(folder: string): string | undefined {
  if (isRunFolder(folder)) return folder;
  const parent = dirname(folder);
  return basename(folder) === FINAL_MODEL && isRunFolder(parent) ? parent : undefined;
}

/** Of a run that was trained before results had a manifest, from its record. */
function ofRun(run: string, form: ResultForm): Provenance {
  return trainedProvenance(readRecord(run), isAdapter(form) ? "adapter" : "model", {});
}

/** @throws UsageError FT-UPLOAD-009 for what is no result. */
export function uploadSource(path: string): UploadSource {
  const named = resolve(expandHome(path));
  const isFolder = statSync(named, { throwIfNoEntry: false })?.isDirectory() === true;
  const folder = isFolder ? trainedFolder(named) : named;
  const form = isFolder ? formOf(folder) : undefined;
  if (form === undefined) {
    throw new UsageError("FT-UPLOAD-009", {
      at: { file: path },
      message: isFolder
        ? "there is nothing to upload: no adapter_config.json, no config.json of a model"
        : "no such folder",
      hint: "name the folder of a run, an adapter or a model; ft runs list shows runs",
    });
  }
  const run = runOf(named) ?? runOf(folder);
  const provenance = provenanceOf(folder) ?? (run === undefined ? undefined : ofRun(run, form));
  return { named, folder, run, trained: folder, form, provenance };
}

/** What an adapter was merged into: a folder of its own, with the run and the results of the adapter. */
export function mergedSource(folder: string, adapter: UploadSource): UploadSource {
  const { named, run, trained } = adapter;
  const merged = uploadSource(folder);
  return { ...merged, named, run, trained, provenance: merged.provenance ?? adapter.provenance };
}
