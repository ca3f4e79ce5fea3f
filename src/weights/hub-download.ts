// Fetches the bytes of one file into the cache's blobs: resumed by range, verified by hash, renamed when whole.
// Plain GETs, because the library's download resumes nothing and hides the status of a failed answer.
import { ExitCode, ModelError } from "../core/errors.ts";
import { logger } from "../core/logger.ts";
import type { HubConnection, RemoteFile } from "./hub-connection.ts";
import { HubFailure } from "./hub-errors.ts";
import { DamagedFile, PartFile } from "./hub-parts.ts";
import { pathInAddress } from "./hub-repository.ts";
import { retrying } from "./hub-retry.ts";

export interface BlobDownload {
  hub: HubConnection;
  id: string;
  commit: string;
  file: RemoteFile;
  /** Final path of the blob. */
  target: string;
  /** Bytes of this file that are on disk now, and how many of them came just now. */
  onBytes: (bytes: number, came: number) => void;
  signal: AbortSignal | undefined;
}

const ATTEMPTS = 5;

/**
 * A file that comes damaged is fetched once more from its first byte.
 * @throws HubFailure; ModelError FT-WEIGHTS-037 (exit 7) when what came is twice not what the hub promised.
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { file, target } = download;
  try {
    await fetchInto(await PartFile.claim(target, file), download);
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    logger().info(`${file.name} came damaged: ${error.message}. Fetching it again`);
    await fetchInto(await PartFile.begin(target, file), download).catch((again: unknown) => {
      throw again instanceof DamagedFile ? damaged(file, again) : again;
    });
  }
}

function damaged({ name }: RemoteFile, cause: DamagedFile): ModelError {
  return new ModelError("FT-WEIGHTS-037", {
    message: `${name} was damaged in both downloads: ${cause.message}; nothing was kept`,
    hint: "a proxy, or the mirror that HF_ENDPOINT names, changes the file: ask the hub itself",
    exitCode: ExitCode.malformedWeights,
    cause,
  });
}

async function fetchInto(part: PartFile, download: BlobDownload): Promise<void> {
  try {
    const patience = { attempts: ATTEMPTS, progressed: () => part.progressed() };
    await retrying(download.hub, patience, () => fetchRest(download, part));
    await part.finish();
  } catch (error) {
    await part.leave();
    throw error;
  }
}

async function fetchRest(download: BlobDownload, part: PartFile): Promise<void> {
  const { hub, id, commit, file, onBytes, signal } = download;
  onBytes(part.bytes, 0);
  if (part.bytes >= file.bytes && file.bytes > 0) return;
  const url = `${hub.endpoint}/${id}/resolve/${commit}/${pathInAddress(file.name)}`;
  const response = await hub.request(url, { headers: range(part.bytes) });
  // A server that ignores the range begins again from the first byte.
  if (response.status !== 206) await part.restart();
  for await (const chunk of chunks(response, hub.silenceSeconds, signal)) {
    await part.append(chunk);
    onBytes(part.bytes, chunk.length);
  }
  if (part.bytes < file.bytes) throw new HubFailure("the connection ended early");
}

/** The body's chunks. Ends with HubFailure when the connection breaks or is silent for so long. */
export async function* chunks(
  response: Response,
  silenceSeconds: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  const stop = stopper(silenceSeconds, signal);
  try {
    while (reader !== undefined) {
      const { done, value } = await Promise.race([reader.read(), stop.reached]);
      if (done) return;
      stop.heard();
      yield value as Uint8Array;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new HubFailure("the connection broke off", { cause: error });
  } finally {
    stop.end();
    await reader?.cancel().catch(() => undefined);
  }
}

/** Rejects when the caller aborts or nothing is heard; the read itself may then never settle. */
function stopper(
  silenceSeconds: number,
  signal: AbortSignal | undefined,
): {
  reached: Promise<never>;
  heard: () => void;
  end: () => void;
} {
  let stop: () => void = () => undefined;
  const reached = new Promise<never>((_, reject) => {
    stop = () => reject(new Error("stopped or silent"));
  });
  reached.catch(() => undefined);
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop);
  const timer = setTimeout(stop, silenceSeconds * 1000);
  const end = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  };
  return { reached, heard: () => void timer.refresh(), end };
}

function range(from: number): Record<string, string> {
  // Compressed answers have other sizes and no ranges.
  const plain = { "accept-encoding": "identity" };
  return from === 0 ? plain : { ...plain, range: `bytes=${from}-` };
}
