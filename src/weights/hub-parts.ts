// What has come of a file so far: a growing file beside the blob, and the hash of what is in it.
// Fetches nothing; hub-download.ts does. A part that nobody writes any more is taken up by whoever comes next.
import type { Hash } from "node:crypto";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { answers } from "../core/process-alive.ts";
import type { RemoteFile } from "./hub-connection.ts";

/** Other bytes than the hub promised came. */
export class DamagedFile extends Error {}

const PART = /\.ft-(\d+)-[0-9a-f]+\.incomplete$/;

/** The growing file beside the blob, and the hash of what is in it. */
export class PartFile {
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
    const name = partName(target, process.pid);
    if (!(await takeAbandoned(target, name))) return PartFile.begin(target, file, name);
    const part = new PartFile(target, file, name, await open(name, "r+"));
    await part.#readBack();
    return part;
  }

  static async begin(
    target: string,
    file: RemoteFile,
    name = partName(target, process.pid),
  ): Promise<PartFile> {
    return new PartFile(target, file, name, await open(name, "wx"));
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

  #wrong(what: string): DamagedFile {
    this.#broken = true;
    return new DamagedFile(what);
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
    await rename(this.#path, partName(this.#target, 0)).catch(() => undefined);
  }
}

/** Of the process that writes it; 0: nobody does. */
function partName(target: string, pid: number): string {
  return `${target}.ft-${pid}-${randomBytes(4).toString("hex")}.incomplete`;
}

/** A git blob id covers a prefix with the size; other files are named by the SHA-256 of their content. */
function newHash({ etag, bytes }: RemoteFile): Hash {
  if (etag.length === 64) return createHash("sha256");
  return createHash("sha1").update(`blob ${bytes}\0`);
}

/** The running process that writes the file of this name; undefined: none does. */
export function writerOf(name: string): number | undefined {
  const pid = Number(PART.exec(name)?.[1] ?? 0);
  return answers(pid) ? pid : undefined;
}

/** The blob that the file of this name will become. */
export function blobOf(part: string): string | undefined {
  return PART.test(part) ? part.replace(PART, "") : undefined;
}

/** Renames one abandoned part to `name`; renaming is what makes the claim exclusive. */
async function takeAbandoned(target: string, name: string): Promise<boolean> {
  const prefix = `${path.basename(target)}.ft-`;
  for (const entry of await readdir(path.dirname(target))) {
    if (!entry.startsWith(prefix) || !entry.endsWith(".incomplete")) continue;
    if (writerOf(entry) !== undefined) continue;
    const taken = rename(path.join(path.dirname(target), entry), name).then(
      () => true,
      () => false,
    );
    if (await taken) return true;
  }
  return false;
}
