// The way to a member through archives, and what an archive holds as targets. The archives on the last way stay open,
// so that their many members cost one look at each directory.
import { beyondLimit, notOpened } from "../errors.ts";
import type { ReadLimits } from "../limits.ts";
import { collectionsIn, isInside, relativeTo } from "./collections.ts";
import { fileOnDisk, inMemory, type RangeSource } from "./disk.ts";
import { allBytes, type ByteSource } from "./input.ts";
import type { ReadTarget, SkippedTarget } from "./target.ts";
import { ZipArchive } from "./zip.ts";

/** `a.zip!/b.txt` */
export const memberSource = (archive: string, name: string): string => `${archive}!/${name}`;

/** Why a member is left alone; undefined when it is not. */
function leftAlone(name: string): string | undefined {
  const parts = name.split("/");
  if (parts.some((part) => part === "..") || name.startsWith("/") || name.includes("\0"))
    return "a name that leads out of the archive";
  if (parts[0] === "__MACOSX" || parts.some((part) => part.startsWith("."))) return "hidden";
  return undefined;
}

export class Archives {
  readonly #limits: ReadLimits;
  /** By the way to it. */
  #open = new Map<string, ZipArchive>();

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  /** Bytes at the end of a way; in memory where that leads through an archive and is not the end. */
  async at(path: string, members: readonly string[]): Promise<ByteSource> {
    const name = members.at(-1);
    if (name === undefined) return fileOnDisk(path);
    return (await this.archive(path, members.slice(0, -1))).member(name);
  }

  async archive(path: string, members: readonly string[]): Promise<ZipArchive> {
    const key = JSON.stringify([path, ...members]);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    if (members.length >= this.#limits.archives)
      throw beyondLimit(`archives in archives, ${members.length + 1} deep`);
    const archive = new ZipArchive(await this.#ranges(path, members), this.#limits);
    const onTheWay = (other: string): boolean => key.startsWith(other.slice(0, -1));
    this.#open = new Map([...this.#open].filter(([other]) => onTheWay(other)));
    this.#open.set(key, archive);
    return archive;
  }

  async #ranges(path: string, members: readonly string[]): Promise<RangeSource> {
    if (members.length === 0) return fileOnDisk(path);
    const bytes = await this.at(path, members);
    return inMemory(await allBytes(bytes, this.#limits.fileBytes));
  }

  /** What an archive holds, in the order of names; exports among it as one target each. */
  async contents({ source, path, members }: ReadTarget): Promise<ArchiveContents> {
    const { entries } = await this.archive(path, members);
    const skipped: SkippedTarget[] = [];
    const names: string[] = [];
    for (const { name, size, packed } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const reason = leftAlone(name) ?? (this.#isBomb(size, packed) ? "" : undefined);
      if (reason === undefined) names.push(name);
      else skipped.push({ source: memberSource(source, name), ...skipOf(reason, size, packed) });
    }
    const exports = collectionsIn(names);
    const whole = exports.map((folder): ReadTarget => {
      const inside = folder === "" ? source : memberSource(source, folder);
      const collection = { folder, names: relativeTo(folder, names) };
      return { source: inside, path, members, collection };
    });
    const single = names
      .filter((name) => !exports.some((folder) => isInside(name, folder)))
      .map((name) => ({ source: memberSource(source, name), path, members: [...members, name] }));
    return { targets: [...whole, ...single], skipped };
  }

  #isBomb(size: number, packed: number): boolean {
    return size > this.#limits.freeBytes && size > packed * this.#limits.expansion;
  }
}

export interface ArchiveContents {
  readonly targets: ReadTarget[];
  readonly skipped: SkippedTarget[];
}

function skipOf(reason: string, size: number, packed: number): { code: string; reason: string } {
  const why = `a member of ${packed} bytes that unpacks to ${size}`;
  const { code, message } = reason === "" ? beyondLimit(why) : notOpened(reason);
  return { code, reason: message };
}
