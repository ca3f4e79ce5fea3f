// The files of a checkpoint, fetched from addresses that the service gives: without the key, only from where such files
// may be, bounded, and begun anew when the connection breaks.
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { FtError } from "../../core/errors.ts";
import { guardedFetch } from "../../core/guarded-fetch.ts";
import { firstOf } from "../../core/signals.ts";
import { type FileWriter, readArchive, requirePlainName } from "./archive.ts";
import { badDownload } from "./errors.ts";
import { type Pause, pause as wait, retryDelay } from "./pause.ts";

/** What an adapter is made of; everything else of a checkpoint is passed over. */
export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";
const wanted: readonly string[] = [ADAPTER_CONFIG, ADAPTER_WEIGHTS];

const mostConfigBytes = 2 ** 20;
/** A rank of 128 on the largest models is some tens of gigabytes. */
const mostBytes = 256 * 2 ** 30;
const mostTries = 5;
/** Without a byte, in milliseconds. */
const silence = 60_000;

export interface FetchFiles {
  /** The service's own address: on this machine, files may be there too. */
  baseUrl: string;
  signal?: AbortSignal | undefined;
  pause?: Pause | undefined;
  onProgress?: ((bytes: number) => void) | undefined;
}

function isHere(url: URL): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

/** Nowhere inside a network, unless the service itself is there. */
function fetchFor({ baseUrl }: FetchFiles): typeof fetch {
  const base = new URL(baseUrl);
  return guardedFetch({
    allows: (kind, url) => {
      if (kind === "loopback") return isHere(base);
      if (url.protocol !== "https:") return false;
      return kind === "public" || (kind === "private" && url.hostname === base.hostname);
    },
  });
}

/** The body of an answer, which ends with an error when nothing comes for a minute. */
async function* bodyOf(url: string, how: FetchFiles): AsyncGenerator<Uint8Array> {
  const quiet = new AbortController();
  const tell = (): void => quiet.abort(badDownload("nothing came for a minute"));
  let timer = setTimeout(tell, silence);
  const { signal, done } = firstOf([how.signal, quiet.signal]);
  try {
    const response = await fetchFor(how)(url, { signal });
    if (!response.ok) throw badDownload(`${response.status} from ${new URL(url).host}`);
    for await (const part of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(tell, silence);
      yield part as Uint8Array;
    }
  } finally {
    clearTimeout(timer);
    done();
  }
}

/** Begins anew when the connection breaks; what is wrong with what came is wrong the next time too. */
async function triedAgain(how: FetchFiles, act: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      how.signal?.throwIfAborted();
      const isLasting = error instanceof FtError && error.code !== "FT-REMOTE-017";
      const isOurs = (error as { syscall?: unknown }).syscall === "write";
      if (isLasting || isOurs) throw error;
      if (tries + 1 >= mostTries) throw error instanceof FtError ? error : broken(error);
      await (how.pause ?? wait)(retryDelay(tries), how.signal);
    }
  }
}

function broken(error: unknown): FtError {
  const { message, cause } = error as Error & { cause?: { message?: string; code?: string } };
  return badDownload(cause?.code ?? cause?.message ?? message);
}

async function writerTo(path: string, onProgress: FetchFiles["onProgress"]): Promise<FileWriter> {
  const file: FileHandle = await open(path, "w");
  return {
    async write(bytes) {
      await file.write(bytes);
      onProgress?.(bytes.length);
    },
    async end() {
      await file.sync();
      await file.close();
    },
  };
}

const mostOf = (name: string): number => (name === ADAPTER_CONFIG ? mostConfigBytes : mostBytes);

/** Fetches the archive of a checkpoint and writes what is an adapter of it into a folder. */
export async function fetchArchive(url: string, folder: string, how: FetchFiles): Promise<void> {
  await triedAgain(how, async () => {
    const begin = async (name: string, size: number): Promise<FileWriter | undefined> => {
      const last = name.split("/").at(-1) ?? name;
      if (!wanted.includes(last)) return undefined;
      if (size > mostOf(last)) throw badDownload(`${last} of ${size} bytes`);
      return await writerTo(join(folder, last), how.onProgress);
    };
    await readArchive(bodyOf(url, how), { begin }, mostBytes);
  });
}

/** Fetches the files of a checkpoint one by one. Every name is looked at before the first is fetched. */
export async function fetchFiles(
  urls: Readonly<Record<string, string>>,
  folder: string,
  how: FetchFiles,
): Promise<void> {
  const named = Object.entries(urls).map(([name, url]) => ({ name: requirePlainName(name), url }));
  for (const { name, url } of named.filter((one) => wanted.includes(one.name))) {
    if (!URL.canParse(url)) throw badDownload(`${name} is at no address`);
    await triedAgain(how, async () => {
      const writer = await writerTo(join(folder, name), how.onProgress);
      try {
        let bytes = 0;
        for await (const part of bodyOf(url, how)) {
          bytes += part.length;
          if (bytes > mostOf(name))
            throw badDownload(`${name} is larger than ${mostOf(name)} bytes`);
          await writer.write(part);
        }
      } finally {
        await writer.end();
      }
    });
  }
}
