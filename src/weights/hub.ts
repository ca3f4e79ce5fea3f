// From what a person calls a model to its place on this disk: a folder, a .gguf file, builtin/…, the hub cache, the hub.
// Opens no weights; openStoredModel does that with the place this gives.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { type FtError, ModelError, ProviderError, UsageError } from "../core/errors.ts";
import { logger } from "../core/logger.ts";
import { nearest } from "../core/nearest.ts";
import { builtinModel, isBuiltin } from "./builtin.ts";
import type { ByteSource } from "./byte-source.ts";
import { remoteSource } from "./hub-bytes.ts";
import { cachedIds, ModelCache } from "./hub-cache.ts";
import type { HubConnection, RemoteFile } from "./hub-connection.ts";
import { connect, describe, filesAt, isCommit } from "./hub-connection.ts";
import type { HubOverrides, HubSettings } from "./hub-environment.ts";
import { hubSettings } from "./hub-environment.ts";
import { explained, HubFailure } from "./hub-errors.ts";
import { fetchFiles, isSystemError, missingBlobs, unwritable } from "./hub-fetch.ts";
import { planFiles } from "./hub-files.ts";
import type { OnProgress } from "./hub-progress.ts";
import { missingFolder } from "./model-folder.ts";
import { readShardIndex } from "./shard-index.ts";
import { shown } from "./weight-errors.ts";
import { isGguf, unsupportedWeights } from "./weight-files.ts";

export interface ResolveOptions extends HubOverrides {
  /** Branch, tag or commit. */
  revision?: string | undefined;
  /** Fetch all but the weights: `ResolvedModel.remote` reads what is wanted of them. */
  leaveWeights?: boolean | undefined;
  /** A repository without weights will do: a tokenizer alone. With `leaveWeights`. */
  mayLackWeights?: boolean | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
  /** Replaces the global fetch, for a proxy or a test. */
  fetch?: typeof fetch | undefined;
  /** Before the second attempt of a request that failed; it doubles from there. */
  retryDelayMs?: number | undefined;
}

export interface ResolvedModel {
  /** The model's folder, or its .gguf file. */
  folder: string;
  source: "local" | "builtin" | "cache" | "hub";
  /** For models of the hub: its id and the commit of the folder. */
  id?: string;
  commit?: string;
  /** What the hub says of its licence, where it was asked. */
  license?: string;
  /** Weights that were left on the hub, for `openStoredModel`. */
  remote?: ByteSource[];
}

const DEFAULT_REVISION = "main";
const HUB_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?$/;
const REVISION = /^[A-Za-z0-9_][A-Za-z0-9._+-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._+-]*)*$/;
const PAGE = /^(?:https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/|hf:\/\/)([^/?#]+\/[^/?#]+)\/?$/;
const LOOKS_LIKE_PATH = /^[./~]|\\|\/.*\/|\/$|^[A-Za-z]:/;

/**
 * The place of a model, fetched when it has to be.
 * @throws ModelError FT-WEIGHTS-010 no such folder or file, 039 nothing in the repository that can be read,
 * 040 no such built-in model, 042 one not fetched; UsageError 041 neither a folder nor an id; ProviderError 030–037
 * (exit 6) when the hub cannot give it; FtError 038 when the disk is too small (exit 5) or closed (1).
 */
export async function resolveModel(
  nameOrPath: string,
  options: ResolveOptions = {},
): Promise<ResolvedModel> {
  const local = nameOrPath.replace(/^~(?=\/|$)/, homedir());
  if (await isModelPlace(local)) return { folder: path.resolve(local), source: "local" };
  if (isBuiltin(nameOrPath)) {
    return { folder: (await builtinModel(nameOrPath)).folder, source: "builtin" };
  }
  const id = idIn(nameOrPath);
  if (LOOKS_LIKE_PATH.test(id) || isGguf(id)) throw await missingFolder(local);
  const revision = options.revision ?? DEFAULT_REVISION;
  checkQuestion(id, revision);
  return fromHub(id, revision, hubSettings(options), options);
}

const idIn = (name: string): string => PAGE.exec(name)?.[1] ?? name;

/** The id in an id or the address of a page. @throws UsageError FT-WEIGHTS-041 for what is none, or no revision. */
export function hubId(name: string, revision: string = DEFAULT_REVISION): string {
  const id = idIn(name);
  checkQuestion(id, revision);
  return id;
}

async function isModelPlace(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory() || (found.isFile() && isGguf(place)),
    () => false,
  );
}

function checkQuestion(id: string, revision: string): void {
  if (!HUB_ID.test(id) || id.includes("--") || id.includes("..")) {
    throw new UsageError("FT-WEIGHTS-041", {
      message: `${JSON.stringify(id)} is neither a folder nor a hub id`,
      hint: "give a folder, a .gguf file, an id such as HuggingFaceTB/SmolLM2-135M-Instruct, or builtin/tiny",
    });
  }
  if (!REVISION.test(revision) || revision.includes("..")) {
    throw new UsageError("FT-WEIGHTS-041", {
      message: `${JSON.stringify(revision)} is not a revision`,
      hint: "give a branch, a tag, or a full commit id",
    });
  }
}

/** All that one pull needs to know. */
interface Pull {
  id: string;
  revision: string;
  settings: HubSettings;
  cache: ModelCache;
  hub: HubConnection;
  options: ResolveOptions;
}

async function fromHub(
  id: string,
  revision: string,
  settings: HubSettings,
  options: ResolveOptions,
): Promise<ResolvedModel> {
  const hub = connect({ ...options, ...settings });
  const cache = new ModelCache(settings.cacheDir, id);
  const pull: Pull = { id, revision, settings, cache, hub, options };
  // A commit never changes: what is whole needs no question.
  const isWhole = isCommit(revision) && (await cache.hasTokenizer(revision));
  const cached = settings.offline || isWhole ? await fromCache(pull) : undefined;
  if (cached !== undefined) return cached;
  if (settings.offline) throw await notCached(pull);
  try {
    return await fromNetwork(pull);
  } catch (error) {
    if (isSystemError(error)) throw unwritable(settings.cacheDir, error);
    if (!(error instanceof HubFailure)) throw error;
    const fallback = error.temporary ? await fromCache(pull) : undefined;
    if (fallback !== undefined) return fallback;
    throw explanation(pull, error);
  }
}

function explanation({ id, revision, settings }: Pull, failure: HubFailure): FtError {
  const { endpoint, token } = settings;
  return explained(failure, { id, revision, endpoint, hasToken: token !== undefined });
}

async function fromCache({ id, revision, cache }: Pull): Promise<ResolvedModel | undefined> {
  const commit = await cache.commitOf(revision);
  const folder = commit === undefined ? undefined : await cache.complete(commit);
  if (commit === undefined || folder === undefined) return undefined;
  return { folder, source: "cache", id, commit };
}

async function notCached({ id, revision, settings }: Pull): Promise<ProviderError> {
  const near = nearest(id, await cachedIds(settings.cacheDir));
  const instead = near === undefined || near === id ? "" : ` (${near} is)`;
  return new ProviderError("FT-WEIGHTS-030", {
    message: `${id} at ${revision} is not in the cache ${settings.cacheDir}, or not complete${instead}, and ft is offline (HF_HUB_OFFLINE)`,
    hint: `once with a connection: HF_HUB_OFFLINE=0 ft models pull ${id}`,
  });
}

async function fromNetwork(pull: Pull): Promise<ResolvedModel> {
  const { id, revision, cache, hub } = pull;
  const { commit, name, license } = await describe(hub, id, revision);
  if (name !== id) logger().info(`${id} is called ${name} now: ${hub.endpoint}/${name}`);
  const known = { id, commit, ...(license !== undefined && { license }) };
  const files = await filesAt(hub, id, commit);
  const plan = planFiles(files.map(({ name }) => name));
  const hasWeights = plan.weights.length > 0 || plan.index !== undefined;
  if (!hasWeights && pull.options.mayLackWeights !== true)
    throw nothingToRead(id, plan.unsupported);
  await cache.prepare(commit);
  const chosen = (names: readonly string[]): RemoteFile[] => {
    const wanted = new Set(names);
    return files.filter(({ name }) => wanted.has(name));
  };
  const index = chosen(plan.index === undefined ? [] : [plan.index]);
  const silent: Pull = { ...pull, options: { ...pull.options, onProgress: undefined } };
  const before = await fetchFiles(silent, commit, index);
  const { index: named } = plan;
  const weights = named === undefined ? plan.weights : await shardNames(cache, commit, named);
  requireListed(id, weights, files);
  if (pull.options.leaveWeights === true) {
    await fetchFiles(silent, commit, chosen(plan.small));
    const remote = await leftRemote(pull, commit, chosen(weights));
    return { folder: cache.snapshot(commit), source: "hub", ...known, remote };
  }
  // Small files first: without them the weights are of no use.
  const fetched = await fetchFiles(pull, commit, [...chosen(plan.small), ...chosen(weights)]);
  // Last, so that the name never leads to half a snapshot where a whole one was.
  await cache.remember(revision, commit);
  const source = before + fetched === 0 ? "cache" : "hub";
  return { folder: cache.snapshot(commit), source, ...known };
}

/** Sources for the files that the cache does not have. */
async function leftRemote(
  pull: Pull,
  commit: string,
  files: readonly RemoteFile[],
): Promise<ByteSource[]> {
  const { id, hub, cache, options } = pull;
  const explain = (failure: HubFailure): FtError => explanation(pull, failure);
  const left = await missingBlobs(cache, commit, files);
  return left.map((file) =>
    remoteSource({ hub, id, commit, signal: options.signal, explain }, file),
  );
}

async function shardNames(cache: ModelCache, commit: string, name: string): Promise<string[]> {
  const index = await readShardIndex(path.join(cache.snapshot(commit), name));
  return [...new Set(index.values())];
}

/** The largest models have some hundreds. */
const MOST_WEIGHT_FILES = 10_000;

/** @throws ModelError FT-WEIGHTS-014 where the index names shards that the repository has not, or too many. */
function requireListed(id: string, weights: readonly string[], files: readonly RemoteFile[]): void {
  const listed = new Set(files.map(({ name }) => name));
  const missing = weights.filter((name) => !listed.has(name));
  const isEndless = weights.length > MOST_WEIGHT_FILES;
  if (missing.length === 0 && !isEndless) return;
  throw new ModelError("FT-WEIGHTS-014", {
    message: isEndless
      ? `${id} has ${weights.length} weight files, more than any model`
      : `${id} is incomplete on the hub: ${missing.length} weight files of its index are missing`,
    problems: shown(missing),
    hint: "choose another revision of it (-r), or another model",
  });
}

function nothingToRead(id: string, unsupported: readonly string[]): ModelError {
  const { message, hint } = unsupportedWeights(unsupported);
  return new ModelError("FT-WEIGHTS-039", { message: `${id}: ${message}`, hint });
}
