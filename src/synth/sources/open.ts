// Opens documents by path, one after another, each read in a process of its own, and keeps the report of what became
// of every file. A file that cannot be read costs itself and nothing else.
import { ConfigError } from "../../core/errors.ts";
import { usualLimits, type ReadLimits } from "./limits.ts";
import { Archives } from "./opening/archives.ts";
import { isEncoding } from "./opening/input.ts";
import { readTarget } from "./opening/read-target.ts";
import { ReaderClient } from "./opening/reader-client.ts";
import type { ReadTarget, Told } from "./opening/target.ts";
import { findSources, type LeaveOut } from "./opening/walk.ts";
import type { ReadNote } from "./reader.ts";
import type { SourceReport } from "./report.ts";
import type { OpenSource, SourcePart } from "./types.ts";

export interface OpenOptions {
  readonly limits?: Partial<ReadLimits> | undefined;
  /** Of text without a byte-order mark; without this the bytes decide. */
  readonly encoding?: string | undefined;
  /** Reads in this process, where nothing protects it: for tests, and files one has written oneself. */
  readonly isInProcess?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What of a folder, or of what a pattern matches, is no document. */
  readonly leaveOut?: LeaveOut | undefined;
}

type Read = (target: ReadTarget) => AsyncGenerator<Told>;

/** What is known of one source while it is read. */
interface Progress {
  characters: number;
  notes: readonly ReadNote[];
  failed?: { code: string; reason: string };
}

function filesOf({ path, collection }: ReadTarget): string[] {
  return collection === undefined ? [path] : collection.names.map((name) => `${path}/${name}`);
}

/** Sources in a stable order. Each must be used, or left, before the next; they can be gone through once. */
export class OpenedSources implements AsyncIterable<OpenSource> {
  readonly #queue: ReadTarget[];
  readonly #options: OpenOptions;
  /** All that is read, as it is on the disk. */
  readonly files: readonly string[];
  /** Complete when all sources have been gone through. */
  readonly report: SourceReport;

  /** @throws DataError FT-SOURCE-001 for a path that leads nowhere. */
  constructor(paths: readonly string[], options: OpenOptions = {}) {
    const { targets, skipped } = findSources(paths, options.leaveOut);
    this.#queue = targets;
    this.files = targets.flatMap(filesOf);
    this.#options = options;
    this.report = { read: [], skipped };
    const { encoding } = options;
    if (encoding !== undefined && !isEncoding(encoding))
      throw new ConfigError("FT-SOURCE-012", {
        message: `There is no encoding ${JSON.stringify(encoding)}`,
        hint: "Names are those of the web: utf-8, windows-1252, shift_jis, gb18030",
      });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OpenSource> {
    const settings = {
      limits: { ...usualLimits, ...this.#options.limits },
      encoding: this.#options.encoding,
    };
    const client = new ReaderClient(settings);
    const archives = new Archives(settings.limits);
    const read: Read =
      this.#options.isInProcess === true
        ? (target) => readTarget(target, settings, archives)
        : (target) => client.read(target);
    const close = (): void => client.close();
    this.#options.signal?.addEventListener("abort", close, { once: true });
    try {
      for (let target = this.#queue.shift(); target !== undefined; target = this.#queue.shift()) {
        this.#options.signal?.throwIfAborted();
        yield* this.#one(target, read(target));
      }
    } finally {
      this.#options.signal?.removeEventListener("abort", close);
      client.close();
    }
  }

  /** The source of a target, where it has one; what an archive holds goes before the rest of the queue. */
  async *#one(target: ReadTarget, all: AsyncGenerator<Told>): AsyncGenerator<OpenSource> {
    try {
      const first = await firstOf(all);
      if (first?.type === "failed") this.#skip(target, first);
      else if (first?.type === "archive") {
        this.report.skipped.push(...first.skipped);
        this.#queue.unshift(...first.targets);
      } else if (first?.type === "opened") yield* this.#opened(target, first, all);
    } finally {
      await all.return(undefined);
    }
  }

  async *#opened(
    { source }: ReadTarget,
    { kind, container }: Extract<Told, { type: "opened" }>,
    rest: AsyncGenerator<Told>,
  ): AsyncGenerator<OpenSource> {
    const progress: Progress = { characters: 0, notes: [] };
    yield { source, kind, container, parts: partsOf(rest, progress) };
    const { characters, notes, failed } = progress;
    if (failed === undefined) this.report.read.push({ source, kind, container, characters, notes });
    else this.report.skipped.push({ source, ...failed, characters });
  }

  #skip({ source }: ReadTarget, { code, reason }: { code: string; reason: string }): void {
    this.report.skipped.push({ source, code, reason });
  }
}

async function firstOf(all: AsyncGenerator<Told>): Promise<Told | undefined> {
  for (;;) {
    const { value, done } = await all.next();
    if (done === true) return undefined;
    if (value.type !== "alive") return value;
  }
}

/** Ends early where reading fails: the report says so. */
async function* partsOf(
  rest: AsyncGenerator<Told>,
  progress: Progress,
): AsyncGenerator<SourcePart> {
  for await (const told of rest) {
    if (told.type === "part") {
      progress.characters += told.part.text.length;
      yield told.part;
    } else if (told.type === "ended") progress.notes = told.notes;
    else if (told.type === "failed") {
      progress.failed = { code: told.code, reason: told.reason };
      return;
    }
  }
}

/**
 * Documents in files, folders with all below them, patterns and archives, as text in parts. Hidden and unreadable files
 * are in the report with the reason. Throws DataError FT-SOURCE-001 for a path that leads nowhere.
 */
export function openSources(paths: readonly string[], options: OpenOptions = {}): OpenedSources {
  return new OpenedSources(paths, options);
}
