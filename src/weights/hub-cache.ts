// One model's, or dataset's, place in the hub cache, in the layout Python's huggingface_hub reads and writes:
// models--org--name/{blobs/<etag>, refs/<revision>, snapshots/<commit>/<name> → ../../blobs/<etag>}. Sends nothing.
import { randomBytes } from "node:crypto";
import { copyFile, lstat, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic } from "../core/atomic-files.ts";
import { makeFolders } from "../core/folders.ts";
import { isCommit } from "./hub-connection.ts";
import { ADAPTER_WEIGHTS, TOKENIZERS } from "./hub-files.ts";
import { blobOf, writerOf } from "./hub-parts.ts";
import { cacheFolder } from "./hub-repository.ts";
import { readShardIndex } from "./shard-index.ts";
import { chooseWeights, missingShards } from "./weight-files.ts";

const FOLDER = /^models--(.+)$/;
// The words of bford.info/cachedir, which backup programs look for.
const CACHE_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Hugging Face hub cache\n";

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (found) => found.size,
    () => undefined,
  );
}

/** Ids of the models that have a folder in the cache. */
export async function cachedIds(cacheDir: string): Promise<string[]> {
  const names = await readdir(cacheDir).catch(() => [] as string[]);
  return names.flatMap((name) => FOLDER.exec(name)?.[1]?.replaceAll("--", "/") ?? []);
}

export class ModelCache {
  readonly #cacheDir: string;
  readonly #folder: string;

  constructor(cacheDir: string, id: string) {
    this.#cacheDir = cacheDir;
    this.#folder = path.join(cacheDir, cacheFolder(id));
  }

  snapshot(commit: string): string {
    return path.join(this.#folder, "snapshots", commit);
  }

  blob(etag: string): string {
    return path.join(this.#folder, "blobs", etag);
  }

  /** The commit that `revision` named when it was last asked for. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const ref = path.join(this.#folder, "refs", revision);
    const commit = (await readFile(ref, "utf8").catch(() => "")).trim();
    return isCommit(commit) ? commit : undefined;
  }

  async remember(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commitOf(revision)) === commit) return;
    await writeFileAtomic(path.join(this.#folder, "refs", revision), commit);
  }

  async prepare(commit: string): Promise<void> {
    makeFolders(path.join(this.#folder, "blobs"));
    makeFolders(this.snapshot(commit));
    const tag = path.join(this.#cacheDir, "CACHEDIR.TAG");
    if ((await sizeOf(tag)) === undefined) await writeFileAtomic(tag, CACHE_TAG);
  }

  /** What its files take on the disk; undefined when the cache has no such model. */
  async bytes(): Promise<number | undefined> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(
      () => undefined,
    );
    const files = entries?.filter((entry) => entry.isFile());
    const found = files?.map(({ parentPath, name }) => lstat(path.join(parentPath, name)));
    return found && (await Promise.all(found)).reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes that earlier downloads left of these blobs, and that need not be fetched again. */
  async begunBytes(etags: ReadonlySet<string>): Promise<number> {
    const blobs = path.join(this.#folder, "blobs");
    const names = await readdir(blobs).catch(() => [] as string[]);
    const parts = names.filter((name) => etags.has(blobOf(name) ?? ""));
    const sizes = await Promise.all(parts.map((name) => sizeOf(path.join(blobs, name))));
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  /** The process that downloads a file of it just now. */
  async writer(): Promise<number | undefined> {
    const names = await readdir(path.join(this.#folder, "blobs")).catch(() => [] as string[]);
    return names.map(writerOf).find((pid) => pid !== undefined);
  }

  /** Removes the model with all its revisions, and what Python's client locks it with. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    const locks = path.join(this.#cacheDir, ".locks", path.basename(this.#folder));
    await rm(locks, { recursive: true, force: true });
  }

  get folder(): string {
    return this.#folder;
  }

  /** Newest snapshot that is whole, whichever revision it is of. */
  async anyComplete(): Promise<string | undefined> {
    const commit = await this.commitOf("main");
    const others = await readdir(path.join(this.#folder, "snapshots")).catch(() => [] as string[]);
    for (const candidate of commit === undefined ? others : [commit, ...others]) {
      const folder = await this.complete(candidate);
      if (folder !== undefined) return folder;
    }
    return undefined;
  }

  /** A blob of another size than the hub's is damaged and is removed. */
  async hasBlob(etag: string, bytes: number): Promise<boolean> {
    const size = await sizeOf(this.blob(etag));
    if (size !== undefined && size !== bytes) await rm(this.blob(etag));
    return size === bytes;
  }

  async hasFile(commit: string, name: string, bytes: number): Promise<boolean> {
    return (await sizeOf(path.join(this.snapshot(commit), name))) === bytes;
  }

  /** Gives the blob its name in the snapshot: a relative link, or a copy where links are impossible. */
  async link(commit: string, name: string, etag: string): Promise<void> {
    const target = path.join(this.snapshot(commit), name);
    makeFolders(path.dirname(target));
    const temporary = `${target}.${randomBytes(4).toString("hex")}`;
    const blob = this.blob(etag);
    await symlink(path.relative(path.dirname(target), blob), temporary).catch(() =>
      copyFile(blob, temporary),
    );
    await rename(temporary, target);
  }

  /** The snapshot's folder when what loading needs is there: configuration and all weights. */
  async complete(commit: string): Promise<string | undefined> {
    const folder = this.snapshot(commit);
    const names = await this.#present(folder);
    return (await hasWeights(folder, names)) ? folder : undefined;
  }

  /** Another program may have fetched a model's weights alone. */
  async hasTokenizer(commit: string): Promise<boolean> {
    const names = await this.#present(this.snapshot(commit));
    return TOKENIZERS.some((name) => names.includes(name));
  }

  /** Names in the snapshot whose blob is there too. */
  async #present(folder: string): Promise<string[]> {
    const names = await readdir(folder).catch(() => [] as string[]);
    const sizes = await Promise.all(names.map((name) => sizeOf(path.join(folder, name))));
    return names.filter((_, index) => sizes[index] !== undefined);
  }
}

async function hasWeights(folder: string, names: readonly string[]): Promise<boolean> {
  if (ADAPTER_WEIGHTS.some((name) => names.includes(name))) {
    return names.includes("adapter_config.json");
  }
  if (!names.includes("config.json")) return false;
  const choice = chooseWeights(names);
  if (choice.kind === "none") return false;
  if (choice.kind === "files") return missingShards(choice.files).length === 0;
  const index = await readShardIndex(path.join(folder, choice.index));
  return [...index.values()].every((shard) => names.includes(shard));
}
