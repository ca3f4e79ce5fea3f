// What a person means by the weights of a remote run: an address, a pattern over addresses, a run's folder, a folder in it,
// or a pattern over folders. Of several the newest counts.
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { globPaths, matchesPattern } from "../../core/glob-paths.ts";
import { expandHome } from "../../core/paths.ts";
import type { Connection } from "../../remote/tinker/connection.ts";
import { badUri, notThere, nothingMatches } from "../../remote/tinker/errors.ts";
import { readPlace, REMOTE_FILE, type RemotePlace } from "../../remote/tinker/learner.ts";
import { checkpointsAt, weightsInfo } from "../../remote/tinker/rest.ts";
import { isTinkerUri, parseUri } from "../../remote/tinker/uri.ts";
import {
  isRunFolder,
  listCheckpoints,
  readPointer,
  readRecord,
  runOf,
  type RunRecord,
} from "../../runs/index.ts";

export interface RemoteSubject {
  /** To ask. */
  samplerUri: string;
  /** As a person knows it: the folder, or the address. */
  name: string;
  base: string;
  /** As its run recorded them, where that is here. */
  tokenizer?: string | undefined;
  template?: RunRecord["template"] | undefined;
}

interface Place {
  folder: string;
  place: RemotePlace;
  run: string | undefined;
  time: number;
}

const latestOf = (run: string): string | undefined =>
  (readPointer(run, "latest") ?? listCheckpoints(run).at(-1))?.path;

/** Where the weights of a folder are: of a run its latest checkpoint; undefined for a folder of no remote run. */
async function placeIn(path: string): Promise<Place | undefined> {
  const folder = resolve(path);
  const run = isRunFolder(folder) ? folder : runOf(folder);
  const timeOf = (path: string): number | undefined =>
    statSync(join(path, REMOTE_FILE), { throwIfNoEntry: false })?.mtimeMs;
  const of = timeOf(folder) === undefined && run === folder ? latestOf(folder) : folder;
  const time = of === undefined ? undefined : timeOf(of);
  if (of === undefined || time === undefined) return undefined;
  return { folder, place: await readPlace(of), run, time };
}

async function newestFolder(pattern: string): Promise<Place> {
  const paths = globPaths(expandHome(pattern));
  const found = (await Promise.all(paths.map(placeIn))).filter((one) => one !== undefined);
  const newest = found.toSorted((a, b) => a.time - b.time).at(-1);
  if (newest === undefined) throw nothingMatches(pattern);
  return newest;
}

/** The newest sampler that a pattern over addresses names; one without a pattern as it is. */
async function samplerAt(connection: Connection, uri: string): Promise<string> {
  const [, runId] = /^tinker:\/\/([^/*?]+)\//.exec(uri) ?? [];
  if (runId === undefined) throw badUri(uri);
  if (!/[*?]/.test(uri)) {
    // a state cannot be asked; the sampler that was saved with it can
    const { name } = parseUri(uri);
    return `tinker://${runId}/sampler_weights/${name}`;
  }
  const all = await checkpointsAt(connection, { runId, limit: 1000 });
  const fitting = all.filter(
    ({ tinker_path, checkpoint_type: kind }) =>
      kind === "sampler" && matchesPattern(uri, tinker_path),
  );
  const newest = fitting.toSorted((a, b) => a.time.localeCompare(b.time)).at(-1);
  if (newest === undefined) throw notThere(`a sampler called ${uri}`, "nothing of that name");
  return newest.tinker_path;
}

/** @throws UsageError FT-REMOTE-018 where nothing is named, 014 for what is no address. */
export async function remoteSubject(connection: Connection, named: string): Promise<RemoteSubject> {
  if (isTinkerUri(named)) {
    const samplerUri = await samplerAt(connection, named);
    const { base } = await weightsInfo(connection, samplerUri);
    return { samplerUri, name: samplerUri, base };
  }
  const { folder, place, run } = await newestFolder(named);
  const record = run === undefined ? undefined : readRecord(run);
  const { name, tokenizer } = record?.model ?? {};
  const text = (value: unknown): string | undefined =>
    typeof value === "string" ? value : undefined;
  return {
    ...{ samplerUri: place.samplerUri, name: folder, template: record?.template },
    tokenizer: text(tokenizer),
    base: text(name) ?? (await weightsInfo(connection, place.samplerUri)).base,
  };
}
