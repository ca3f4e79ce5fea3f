// A dataset of the hub as files on this disk: one split of one configuration, fetched into the cache where it is not
// there. Reads no rows; which files those are is hub-data-files.ts's.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { ProviderError, UsageError } from "../core/errors.ts";
import { ModelCache } from "./hub-cache.ts";
import {
  allFilesAt,
  connect,
  describe,
  type HubConnection,
  isCommit,
  type RemoteFile,
} from "./hub-connection.ts";
import { dataFilesOf, filesOfSplit } from "./hub-data-files.ts";
import { type HubOverrides, type HubSettings, hubSettings } from "./hub-environment.ts";
import { explained, HubFailure } from "./hub-errors.ts";
import { type Fetching, fetchFiles, isSystemError, unwritable } from "./hub-fetch.ts";
import type { OnProgress } from "./hub-progress.ts";
import { datasetName } from "./hub-repository.ts";

export interface DatasetQuestion extends HubOverrides {
  /** `org/name`. */
  id: string;
  /** The set's first where none is named. */
  config?: string | undefined;
  /** `train` where there is one and none is named. */
  split?: string | undefined;
  /** Branch, tag or commit; main unless said. */
  revision?: string | undefined;
  /** No more files of the split than this many, in their order. */
  mostFiles?: number | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
  /** Replaces the global fetch, for a proxy or a test. */
  fetch?: typeof fetch | undefined;
  retryDelayMs?: number | undefined;
}

export interface ResolvedDataset {
  id: string;
  commit: string;
  split: string;
  /** On this disk, in order. */
  files: string[];
  /** As the set's owner tags it; null where it is not known. */
  license: string | null;
}

const ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?$/;
const CARD = "README.md";

interface Asking extends Fetching {
  question: DatasetQuestion;
  settings: HubSettings;
  revision: string;
}

async function cardIn(cache: ModelCache, commit: string): Promise<string> {
  return await readFile(path.join(cache.snapshot(commit), CARD), "utf8").catch(() => "");
}

function withFolder(folder: string, names: readonly string[]): string[] {
  return names.map((name) => path.join(folder, name));
}

async function fromNetwork(asking: Asking): Promise<ResolvedDataset> {
  const { id, hub, cache, question, revision } = asking;
  const { commit, license } = await describe(hub, id, revision);
  const listed = await allFilesAt(hub, id, commit);
  const byName = new Map(listed.map((file) => [file.name, file]));
  await cache.prepare(commit);
  const card = byName.get(CARD);
  const quiet = { ...asking, options: { signal: question.signal } };
  if (card !== undefined) await fetchFiles(quiet, commit, [card]);
  const all = dataFilesOf([...byName.keys()], await cardIn(cache, commit));
  const { split, files } = filesOfSplit(all, question);
  const wanted = files.slice(0, question.mostFiles);
  await fetchFiles(
    asking,
    commit,
    wanted.map((name) => byName.get(name) as RemoteFile),
  );
  await cache.remember(revision, commit);
  const places = withFolder(cache.snapshot(commit), wanted);
  return { id: question.id, commit, split, files: places, license: license ?? null };
}

/** Shards that say of how many they are one are all there. */
function isWhole(files: readonly string[]): boolean {
  const [, count] = /-of-(\d{5})/.exec(files[0] ?? "") ?? [];
  return files.length > 0 && (count === undefined || files.length === Number(count));
}

async function fromCache(asking: Asking): Promise<ResolvedDataset | undefined> {
  const { cache, question, revision } = asking;
  const commit = await cache.commitOf(revision);
  if (commit === undefined) return undefined;
  const folder = cache.snapshot(commit);
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  const all = dataFilesOf(
    names.map((name) => name.replaceAll(path.sep, "/")),
    await cardIn(cache, commit),
  );
  try {
    const { split, files } = filesOfSplit(all, question);
    const wanted = files.slice(0, question.mostFiles);
    if (question.mostFiles === undefined && !isWhole(files)) return undefined;
    const places = withFolder(folder, wanted);
    return { id: question.id, commit, split, files: places, license: null };
  } catch {
    return undefined; // a split that was never fetched
  }
}

function explanation({ id, revision, settings }: Asking, failure: HubFailure): ProviderError {
  const { endpoint, token } = settings;
  const again = `ft data prepare --hf ${id.replace("datasets/", "")}`;
  return explained(failure, { id, revision, endpoint, hasToken: token !== undefined, again });
}

function askingOf(question: DatasetQuestion): Asking {
  const settings = hubSettings(question);
  const id = datasetName(question.id);
  const hub: HubConnection = connect({ ...question, ...settings });
  const cache = new ModelCache(settings.cacheDir, id);
  const { onProgress, signal, revision = "main" } = question;
  return { id, revision, settings, cache, hub, question, options: { onProgress, signal } };
}

/**
 * The files of a split, fetched where they have to be.
 * @throws UsageError FT-WEIGHTS-041 no id, 043 no such split or configuration; ProviderError 030 to 037 (exit 6) when
 * the hub cannot give it; FtError 038 when the disk is too small (exit 5) or closed.
 */
export async function resolveDataset(question: DatasetQuestion): Promise<ResolvedDataset> {
  if (!ID.test(question.id) || question.id.includes("--") || question.id.includes("..")) {
    throw new UsageError("FT-WEIGHTS-041", {
      message: `${JSON.stringify(question.id)} is not the id of a dataset on the hub`,
      hint: "give org/name, such as HuggingFaceH4/ultrachat_200k",
    });
  }
  const asking = askingOf(question);
  const { settings, revision } = asking;
  const cached = settings.offline || isCommit(revision) ? await fromCache(asking) : undefined;
  if (cached !== undefined) return cached;
  if (settings.offline) {
    throw new ProviderError("FT-WEIGHTS-030", {
      message: `${question.id} at ${revision} is not in the cache ${settings.cacheDir}, or not complete, and ft is offline (HF_HUB_OFFLINE)`,
      hint: `once with a connection: HF_HUB_OFFLINE=0 ft data prepare --hf ${question.id}`,
    });
  }
  try {
    return await fromNetwork(asking);
  } catch (error) {
    if (isSystemError(error)) throw unwritable(settings.cacheDir, error);
    if (!(error instanceof HubFailure)) throw error;
    const fallback = error.temporary ? await fromCache(asking) : undefined;
    if (fallback !== undefined) return fallback;
    throw explanation(asking, error);
  }
}
