// What is to be exported, found by what a person names it: the model, the adapter on it, and the template that it was
// trained with, which goes along. Which forms there are to write it in is not known here.
import { ModelError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import type { Dropped, ExportSource } from "../../export/formats/index.ts";
import { type NamedModel, namedModel } from "../../generate/named-model.ts";
import { fetchModel } from "../../models/open-model.ts";
import { readRecord, runOf } from "../../runs/index.ts";
import type { TemplateSource } from "../../text/index.ts";
import { type DownloadProgress, openStoredModel, type ResolvedModel } from "../../weights/index.ts";
import { withTemplate } from "./carried-template.ts";

export interface SourceOptions {
  /** A name of `exportFormats`. */
  format: string;
  /** Hub id, folder, .gguf file, builtin name, or the folder of an adapter or a run. */
  model: string;
  /** Folder of an adapter on the model. */
  adapter?: string | undefined;
  /** The model that an adapter belongs to, in the place of the one that its file names. */
  baseModel?: string | undefined;
  revision?: string | undefined;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @throws ModelError FT-GENERATE-004 where what is given as an adapter is a whole model. */
async function modelAndAdapter(options: SourceOptions): Promise<NamedModel> {
  const { model, adapter, baseModel } = options;
  const named = await namedModel(model, baseModel);
  if (adapter === undefined) return named;
  const given = await namedModel(adapter, named.base);
  if (given.adapter !== undefined) return given;
  throw new ModelError("FT-GENERATE-004", {
    at: { file: adapter },
    message: "this is a whole model, not an adapter",
    hint: `give it as the model: ft export ${options.format} ${shellWord(adapter)} OUT`,
  });
}

/** The template of the run that trained a whole model; an adapter says its own. */
function templateOfRun(model: string): TemplateSource | undefined {
  const run = runOf(model);
  return run === undefined ? undefined : readRecord(run).template;
}

export interface FoundSource extends ExportSource {
  resolved: ResolvedModel;
  /** What of the source could not be taken along. */
  lost: readonly Dropped[];
}

/** @throws what naming, fetching and opening the model throw. */
export async function exportSource(options: SourceOptions): Promise<FoundSource> {
  const { revision = null, onDownload, signal } = options;
  const { base, adapter, template } = await modelAndAdapter(options);
  const origin = { name: base, revision, cache_dir: null };
  const resolved = await fetchModel(origin, { onProgress: onDownload, signal });
  const stored = await openStoredModel(resolved.folder, resolved.remote);
  const trained = template ?? (adapter === undefined ? templateOfRun(base) : undefined);
  const found = await withTemplate(stored, trained);
  const read = { template: trained ?? { name: "auto" }, resolved };
  return { ...found, ...read, name: base, ...(adapter && { adapter: { folder: adapter } }) };
}
