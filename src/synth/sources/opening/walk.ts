// From paths as people give them to files, in an order that stays: files, folders with all below them, patterns.
// Hidden files, pipes and links to folders are left alone, unless named themselves.
import { readdirSync, statSync, type Dirent, type Stats } from "node:fs";
import { reasonOf } from "../../../core/system-errors.ts";
import { missingSource, notOpened, notReadable } from "../errors.ts";
import type { SkippedSource } from "../report.ts";
import { collectionsIn, isInside, relativeTo } from "./collections.ts";
import { below, filesMatching, isPattern } from "./pattern.ts";
import type { ReadTarget } from "./target.ts";

/** Why a file that was found, and not named itself, is left alone. */
export type LeaveOut = (path: string) => string | undefined;

export interface Found {
  readonly targets: ReadTarget[];
  readonly skipped: SkippedSource[];
}

function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

const byName = (one: Dirent, other: Dirent): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0;

/** Walks one folder, collecting what may be read by its path relative to it. */
class FolderWalk {
  readonly files: string[] = [];
  readonly skipped: SkippedSource[] = [];
  readonly #root: string;
  readonly #leaveOut: LeaveOut;

  constructor(root: string, leaveOut: LeaveOut) {
    this.#root = root;
    this.#leaveOut = leaveOut;
    this.#enter("");
  }

  #skip(name: string, error: { code: string; message: string }): void {
    const source = below(this.#root, name);
    this.skipped.push({ source, code: error.code, reason: error.message });
  }

  #entries(inside: string): Dirent[] {
    try {
      return readdirSync(below(this.#root, inside), { withFileTypes: true }).toSorted(byName);
    } catch (error) {
      this.#skip(inside, notReadable(reasonOf(error as NodeJS.ErrnoException) ?? String(error)));
      return [];
    }
  }

  #file(name: string): void {
    const why = this.#leaveOut(below(this.#root, name));
    if (why === undefined) this.files.push(name);
    else this.#skip(name, notOpened(why));
  }

  #enter(inside: string): void {
    for (const entry of this.#entries(inside)) {
      const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (entry.name.startsWith(".")) this.#skip(name, notOpened("hidden"));
      else if (entry.isDirectory()) this.#enter(name);
      else if (entry.isFile()) this.#file(name);
      else if (!entry.isSymbolicLink())
        this.#skip(name, notOpened("a pipe or a device, not a file"));
      else this.#link(name);
    }
  }

  #link(name: string): void {
    try {
      if (statsOf(below(this.#root, name))?.isFile() === true) this.#file(name);
      else this.#skip(name, notOpened("a link that leads to no file"));
    } catch (error) {
      // a circle, or a folder on the way that may not be entered: one link's matter, not the folder's
      this.#skip(name, notReadable(reasonOf(error as NodeJS.ErrnoException) ?? String(error)));
    }
  }
}

function folderTargets(root: string, leaveOut: LeaveOut): Found {
  const { files, skipped } = new FolderWalk(root, leaveOut);
  const exports = collectionsIn(files);
  const alone = files.filter((file) => !exports.some((folder) => isInside(file, folder)));
  const whole = exports.map((folder): [string, ReadTarget] => {
    const path = folder === "" ? root : below(root, folder);
    const collection = { folder: "", names: relativeTo(folder, files) };
    return [folder, { source: path, path, members: [], collection }];
  });
  const single = alone.map((file): [string, ReadTarget] => {
    const path = below(root, file);
    return [file, { source: path, path, members: [] }];
  });
  const targets = [...whole, ...single].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { targets: targets.map(([, target]) => target), skipped };
}

function targetsOf(path: string, leaveOut: LeaveOut): Found {
  const stats = statsOf(path);
  if (stats?.isDirectory() === true) return folderTargets(path, leaveOut);
  if (stats !== undefined) return { targets: [{ source: path, path, members: [] }], skipped: [] };
  const matched = isPattern(path) ? filesMatching(path) : [];
  if (matched.length === 0) throw missingSource(path);
  return together(matched.map((one) => matchedBy(one, leaveOut)));
}

function matchedBy(path: string, leaveOut: LeaveOut): Found {
  const why = statsOf(path)?.isFile() === true ? leaveOut(path) : undefined;
  if (why === undefined) return targetsOf(path, leaveOut);
  const { code, message } = notOpened(why);
  return { targets: [], skipped: [{ source: path, code, reason: message }] };
}

function together(all: readonly Found[]): Found {
  return {
    targets: all.flatMap(({ targets }) => targets),
    skipped: all.flatMap(({ skipped }) => skipped),
  };
}

/** What is named twice is read once, where it is named first. @throws DataError FT-SOURCE-001 for a path that leads nowhere. */
export function findSources(paths: readonly string[], leaveOut: LeaveOut = () => undefined): Found {
  const { targets, skipped } = together(paths.map((path) => targetsOf(path, leaveOut)));
  const seen = new Set<string>();
  const isNew = ({ source }: { source: string }): boolean =>
    !seen.has(source) && !!seen.add(source);
  return { targets: targets.filter(isNew), skipped: skipped.filter(isNew) };
}
