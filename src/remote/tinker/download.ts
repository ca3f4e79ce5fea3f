// A checkpoint's adapter into a folder, in PEFT's form: from the files of an external checkpoint, from one that is made of
// a state for that purpose, or from the archive that services of before have.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { readSafetensorsHeader } from "../../weights/safetensors-header.ts";
import type { Connection } from "./connection.ts";
import { badDownload, isMissing } from "./errors.ts";
import {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  fetchArchive,
  type FetchFiles,
  fetchFiles,
} from "./fetch-files.ts";
import { archiveUrl, checkpointsAt, deleteCheckpoint, fileUrls } from "./rest.ts";
import type { Session } from "./session.ts";
import { TrainingClient } from "./training-client.ts";
import { type CheckpointUri, parseUri } from "./uri.ts";

/** How long files that are made to be fetched are kept there, in seconds: the least that the service takes. */
export const EXPORT_SECONDS = 3600;

export interface DownloadOptions {
  /** Opened where the service has to make files of a state; absent: the archive is asked for. */
  openSession?: (() => Promise<Session>) | undefined;
  onProgress?: ((bytes: number) => void) | undefined;
  /** What the adapter's file is to call its base. */
  base: string;
}

/** The address of files that were made of a state; undefined where the service makes none. */
async function exported(
  openSession: () => Promise<Session>,
  path: string,
): Promise<string | undefined> {
  const session = await openSession();
  try {
    const client = await TrainingClient.load(session, { path, wire: "protobuf", optimizer: false });
    return await client.saveExternal("download", EXPORT_SECONDS);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  } finally {
    session.close();
  }
}

/** The state that was saved with a sampler: files can be made of that. */
async function stateOf(connection: Connection, of: CheckpointUri): Promise<string | undefined> {
  if (of.kind === "training") return of.uri;
  const found = await checkpointsAt(connection, { runId: of.runId, limit: 1 });
  return found.find(({ checkpoint_id: id }) => id === `weights/${of.name}`)?.tinker_path;
}

async function fetchExternal(
  connection: Connection,
  of: CheckpointUri,
  folder: string,
  how: FetchFiles,
): Promise<void> {
  const urls = await fileUrls(connection, of);
  if (Object.keys(urls).length === 0) throw badDownload(`${of.uri} has no files`);
  await fetchFiles(urls, folder, how);
}

/** Fetches files that were made for this, and has them taken away again. */
export async function fetchExported(
  connection: Connection,
  uri: string,
  folder: string,
  { onProgress, base }: Pick<DownloadOptions, "onProgress" | "base">,
): Promise<void> {
  const of = parseUri(uri);
  try {
    await fetchExternal(connection, of, folder, howFor(connection, onProgress));
  } finally {
    await deleteCheckpoint(connection, of).catch(() => {
      connection.notice(
        "info",
        `${uri} could not be taken away; the service does so within an hour`,
      );
    });
  }
  await settle(folder, base);
}

function howFor({ http }: Connection, onProgress: DownloadOptions["onProgress"]): FetchFiles {
  return { baseUrl: http.baseUrl, signal: http.signal, pause: http.pause, onProgress };
}

/**
 * Writes `adapter_config.json` and `adapter_model.safetensors`, both looked at, into an existing folder.
 * @throws FtError FT-REMOTE-016 for what is not safe, 017 for what does not come; ModelError for weights that are none.
 */
export async function downloadAdapter(
  connection: Connection,
  uri: string,
  folder: string,
  { openSession, onProgress, base }: DownloadOptions,
): Promise<void> {
  const of = parseUri(uri);
  const how = howFor(connection, onProgress);
  if (of.kind === "external") {
    await fetchExternal(connection, of, folder, how);
    return await settle(folder, base);
  }
  const state = openSession && (await stateOf(connection, of));
  const made = openSession && state !== undefined ? await exported(openSession, state) : undefined;
  if (made !== undefined)
    return await fetchExported(connection, made, folder, { onProgress, base });
  await fetchArchive(await archiveUrl(connection, of), folder, how);
  await settle(folder, base);
}

/** What came is an adapter, and its file names the base as it is known here. */
async function settle(folder: string, base: string): Promise<void> {
  const path = join(folder, ADAPTER_CONFIG);
  let config: unknown;
  try {
    config = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw badDownload(`${ADAPTER_CONFIG} is missing or no JSON (${(cause as Error).message})`);
  }
  if (typeof config !== "object" || config === null || !("peft_type" in config))
    throw badDownload(`${ADAPTER_CONFIG} is not that of an adapter`);
  await readSafetensorsHeader(join(folder, ADAPTER_WEIGHTS));
  await writeJsonAtomic(path, { ...config, base_model_name_or_path: base });
}
