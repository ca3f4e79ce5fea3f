// Models on this disk, in one list with what each needs to train: those that come with ft, those of folders and runs,
// those of the hub's cache. Reads configurations and headers; downloads nothing.
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ExitCode, FtError, UsageError } from "../../core/errors.ts";
import { FINAL_MODEL, followedRuns } from "../../runs/index.ts";
import { builtinModels } from "../../weights/builtin.ts";
import { cachedIds, ModelCache } from "../../weights/hub-cache.ts";
import { hubSettings, openStoredModel } from "../../weights/index.ts";
import { isGguf } from "../../weights/weight-files.ts";
import { factsOf, type ModelFacts } from "./model-facts.ts";
import { hubModels } from "./search-models.ts";

export interface ListedModel extends ModelFacts {
  name: string;
  source: string;
  /** The folder, or .gguf file, when it is on this disk. */
  folder: string | null;
}

interface Place {
  name: string;
  source: string;
  folder: string;
  /** Where its files are, when that is another folder. */
  files?: string | undefined;
}

/** Folders and .gguf files beneath `folder`; not those of hidden folders, and not deeper. */
async function modelsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const shown = entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules");
  return shown.map(({ name }) => join(folder, name)).filter(isModel);
}

const isModel = (place: string): boolean => isGguf(place) || existsSync(join(place, "config.json"));

/** A run's folder has a config.json too, but that is the run's. */
const isRun = (folder: string): boolean => existsSync(join(folder, "events.jsonl"));

/** Where people keep models: the folder they are in, and `models` in it. */
async function localFolders(): Promise<Place[]> {
  const found = [...(await modelsIn(".")), ...(await modelsIn("models"))];
  return found
    .filter((folder) => !isRun(folder))
    .map((name) => ({ name, source: "local", folder: resolve(name) }));
}

/** Models made here: built in, in folders, and final models of full fine-tuning runs. */
async function localPlaces(): Promise<Place[]> {
  const builtin = (await builtinModels()).map((model) => ({ ...model, source: "builtin" }));
  const trained = followedRuns()
    .map((run) => join(run.outputDir, FINAL_MODEL))
    .filter((folder) => existsSync(join(folder, "config.json")))
    .map((folder) => ({ name: folder, source: "run", folder }));
  return [...builtin, ...(await localFolders()), ...trained];
}

async function cachedPlaces(): Promise<Place[]> {
  const { cacheDir } = hubSettings();
  const ids = (await cachedIds(cacheDir)).toSorted();
  return await Promise.all(
    ids.map(async (name) => {
      const cache = new ModelCache(cacheDir, name);
      const files = await cache.anyComplete();
      return { name, source: "cache", folder: cache.folder, files };
    }),
  );
}

const unread: ModelFacts = {
  architecture: null,
  supported: false,
  parameters: null,
  bytes: null,
  memoryBytes: null,
  problem: null,
};

interface Known {
  stamp: string;
  facts: ModelFacts;
}

/** By place. Headers of models are read once for as long as the files are as they were. */
const known = new Map<string, Known>();

/** Names, sizes and times of the files of a folder, or of a file; through links. */
async function stampOf(place: string): Promise<string> {
  const about = async (path: string): Promise<string> => {
    const { size, mtimeMs, ctimeMs } = await stat(path);
    return `${path} ${size} ${mtimeMs} ${ctimeMs}`;
  };
  const isFolder = (await stat(place)).isDirectory();
  const names = isFolder ? (await readdir(place)).toSorted() : [];
  const all = [place, ...names.map((name) => join(place, name))];
  return (await Promise.all(all.map(about))).join("\n");
}

async function knownFacts(place: string): Promise<ModelFacts> {
  const stamp = await stampOf(place).catch(() => undefined);
  const before = known.get(place);
  if (before !== undefined && before.stamp === stamp) return before.facts;
  const facts = await factsOf(await openStoredModel(place));
  if (stamp !== undefined) known.set(place, { stamp, facts });
  return facts;
}

async function listedPlace({ name, source, folder, files }: Place): Promise<ListedModel> {
  const place = { name, source, folder };
  if (source === "cache" && files === undefined)
    return { ...place, ...unread, problem: "not whole: ft models pull fetches the rest" };
  try {
    return { ...place, ...(await knownFacts(files ?? folder)) };
  } catch (error) {
    if (!(error instanceof FtError)) throw error;
    return { ...place, ...unread, problem: error.message };
  }
}

/** One after another: each may hold a large header. */
async function listed(places: readonly Place[]): Promise<ListedModel[]> {
  const models: ListedModel[] = [];
  for (const place of places) models.push(await listedPlace(place));
  return models;
}

type Source = () => Promise<ListedModel[]>;

export const modelSources: Readonly<Record<string, Source>> = {
  local: async () => listed(await localPlaces()),
  cache: async () => listed(await cachedPlaces()),
  huggingface: async () => hubModels({}),
};

/** Models of one source; of this disk (local and cache) when none is named. */
export async function listModels(source: string | undefined): Promise<ListedModel[]> {
  if (source === undefined) return listed([...(await localPlaces()), ...(await cachedPlaces())]);
  const list = modelSources[source];
  if (list !== undefined) return list();
  throw new UsageError("FT-USAGE-005", {
    message: `Unknown source '${source}'. Valid options: [${Object.keys(modelSources).join(", ")}]`,
    hint: "ft models list --source cache",
  });
}

export interface DeletedModel {
  name: string;
  folder: string;
  /** What became free. */
  bytes: number;
}

/**
 * The models of the cache with these names, and what deleting each would free.
 * @throws UsageError FT-MODEL-031 for what is no model of the cache; FtError 032 (exit 75) while it is downloaded.
 */
export async function cachedModels(names: readonly string[]): Promise<DeletedModel[]> {
  const { cacheDir } = hubSettings();
  const known = await cachedIds(cacheDir);
  return await Promise.all(
    names.map(async (name) => {
      if (!known.includes(name)) throw notCached(name, cacheDir);
      const cache = new ModelCache(cacheDir, name);
      const writer = await cache.writer();
      if (writer !== undefined) throw isWritten(name, writer);
      return { name, folder: cache.folder, bytes: (await cache.bytes()) ?? 0 };
    }),
  );
}

/** Removes models from the cache for good. Throws as `cachedModels` does. */
export async function deleteModels(names: readonly string[]): Promise<DeletedModel[]> {
  const models = await cachedModels(names);
  const { cacheDir } = hubSettings();
  for (const { name } of models) await new ModelCache(cacheDir, name).remove();
  return models;
}

function notCached(name: string, cacheDir: string): UsageError {
  const isHere = existsSync(name);
  return new UsageError("FT-MODEL-031", {
    message: isHere
      ? `${name} is a folder or file of yours, which ft does not delete`
      : `${name} is not in the cache ${cacheDir}`,
    hint: isHere ? `rm -r ${name}` : "ft models list --source cache",
  });
}

function isWritten(name: string, pid: number): FtError {
  return new FtError("FT-MODEL-032", {
    message: `${name} is being downloaded by process ${pid}`,
    hint: "wait for it to end, or stop it",
    exitCode: ExitCode.temporary,
  });
}
