// Fetches the bytes of one file into the cache's blobs: resumed by range, verified by hash, renamed when whole.
// Plain GETs, because the library's download resumes nothing and hides the status of a failed answer.
import type { Hash } from "node:crypto";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { HubConnection, RemoteFile } from "./hub-connection.ts";
import { HubFailure, unusable } from "./hub-errors.ts";
import { retrying } from "./hub-retry.ts";

export interface BlobDownload {
  hub: HubConnection;
  id: string;
  commit: string;
  file: RemoteFile;
  /** Final path of the blob. */
  target: string;
  /** Bytes of this file that are on disk now. */
  onBytes: (bytes: number) => void;
  signal: AbortSignal | undefined;
}

const ATTEMPTS = 5;
const SILENCE_MS = 30_000;

/** @throws HubFailure; ProviderError FT-WEIGHTS-037 when what came is not what the hub promised. */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const part = await PartFile.claim(download.target, download.file);
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
  onBytes(part.bytes);
  if (part.bytes >= file.bytes && file.bytes > 0) return;
  const url = `${hub.endpoint}/${id}/resolve/${commit}/${encodeURIComponent(file.name)}`;
  const response = await hub.request(url, { headers: range(part.bytes) });
  // A server that ignores the range begins again from the first byte.
  if (response.status !== 206) await part.restart();
  for await (const chunk of chunks(response, signal)) {
    await part.append(chunk);
    onBytes(part.bytes);
  }
  if (part.bytes < file.bytes) throw new HubFailure("the connection ended early");
}

/** The body's chunks. Ends with HubFailure when the connection breaks or is silent for half a minute. */
export async function* chunks(
  response: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  const stop = stopper(signal);
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
function stopper(signal: AbortSignal | undefined): {
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
  const timer = setTimeout(stop, SILENCE_MS);
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

/** The growing file beside the blob, and the hash of what is in it. */
class PartFile {
  readonly #target: string;
  readonly #file: RemoteFile;
  readonly #path: string;
  readonly #handle: FileHandle;
  #hash: Hash;
  #lastSeen = 0;
  bytes = 0;

  private constructor(target: string, file: RemoteFile, name: string, handle: FileHandle) {
    this.#target = target;
    this.#file = file;
    this.#path = name;
    this.#handle = handle;
    this.#hash = newHash(file);
  }

  /** Takes over what an ended process left of this file, else begins one. No other process gets the same. */
  static async claim(target: string, file: RemoteFile): Promise<PartFile> {
    const name = `${target}.ft-${process.pid}-${randomBytes(4).toString("hex")}.incomplete`;
    const claimed = await takeAbandoned(target, name);
    const part = new PartFile(target, file, name, await open(name, claimed ? "r+" : "wx"));
    if (claimed) await part.#readBack();
    return part;
  }

  async #readBack(): Promise<void> {
    if ((await stat(this.#path)).size > this.#file.bytes) return this.restart();
    for await (const chunk of createReadStream(this.#path)) {
      this.#hash.update(chunk as Buffer);
      this.bytes += (chunk as Buffer).length;
    }
    this.#lastSeen = this.bytes;
  }

  async append(chunk: Uint8Array): Promise<void> {
    if (this.bytes + chunk.length > this.#file.bytes) throw this.#wrong("more bytes than promised");
    await this.#handle.write(chunk, 0, chunk.length, this.bytes);
    this.#hash.update(chunk);
    this.bytes += chunk.length;
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = newHash(this.#file);
    this.bytes = 0;
    this.#lastSeen = 0;
  }

  /** Whether bytes came since this was last asked. */
  progressed(): boolean {
    const grown = this.bytes > this.#lastSeen;
    this.#lastSeen = this.bytes;
    return grown;
  }

  #wrong(what: string): Error {
    this.#broken = true;
    return unusable("FT-WEIGHTS-037", {
      message: `${this.#file.name} came damaged: ${what}; nothing was kept`,
      hint: "download again; if it stays so, a proxy or HF_ENDPOINT changes the file",
    });
  }

  #broken = false;

  async finish(): Promise<void> {
    if (this.#hash.digest("hex") !== this.#file.etag)
      throw this.#wrong("its hash is not the hub's");
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#path, this.#target);
  }

  /** Keeps sound bytes for the next attempt under a name that says nobody is at work on them. */
  async leave(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    if (this.#broken || this.bytes === 0) return rm(this.#path, { force: true });
    const idle = `${this.#target}.ft-0-${randomBytes(4).toString("hex")}.incomplete`;
    await rename(this.#path, idle).catch(() => undefined);
  }
}

/** A git blob id covers a prefix with the size; other files are named by the SHA-256 of their content. */
function newHash({ etag, bytes }: RemoteFile): Hash {
  if (etag.length === 64) return createHash("sha256");
  return createHash("sha1").update(`blob ${bytes}\0`);
}

function isRunning(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Renames one abandoned part to `name`; renaming is what makes the claim exclusive. */
async function takeAbandoned(target: string, name: string): Promise<boolean> {
  const prefix = `${path.basename(target)}.ft-`;
  for (const entry of await readdir(path.dirname(target))) {
    if (!entry.startsWith(prefix) || !entry.endsWith(".incomplete")) continue;
    if (isRunning(Number.parseInt(entry.slice(prefix.length), 10))) continue;
    const taken = rename(path.join(path.dirname(target), entry), name).then(
      () => true,
      () => false,
    );
    if (await taken) return true;
  }
  return false;
}
