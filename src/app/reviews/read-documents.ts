// The documents of a review read, and conversations found in them, source by source: what an earlier try has finished is
// not read again, what it left unfinished is begun anew. For a process of its own (app/jobs/tasks/).
import { sep } from "node:path";
import type { Environment } from "../../core/paths.ts";
import type { Store } from "../../store/index.ts";
import {
  beginSource,
  changeReview,
  extentOf,
  insertConversations,
  listReviewFiles,
  listSources,
  type NewConversation,
  noteSource,
  readReview,
} from "../../store/reviews/index.ts";
import { Identifier } from "../../synth/identify/identify.ts";
import type { FoundConversation } from "../../synth/identify/types.ts";
import { type OpenedSources, openSources } from "../../synth/sources/open.ts";
import { openOptions } from "../../synth/sources/options.ts";
import type { OpenSource } from "../../synth/sources/types.ts";
import { LeftPieces, reviewMessages } from "./left-pieces.ts";
import { filePath, textPath } from "./review-files.ts";
import { ReviewSettings } from "./settings.ts";
import { TextWriter } from "./source-text.ts";

/** Conversations written at once. */
const batch = 200;

export interface ReadTalk {
  signal?: AbortSignal | undefined;
  /** Files begun, of all. */
  onProgress?: (done: number, total: number) => void;
}

export interface DocumentsRead {
  sources: number;
  skipped: number;
  conversations: number;
}

interface Work {
  environment: Environment;
  store: Store;
  reviewId: number;
}

const foundOf = (sourceId: number, found: FoundConversation): NewConversation => {
  const messages = reviewMessages(found.messages);
  const { rule, confidence } = found;
  return { sourceId, ...extentOf(messages), rule, confidence, messages };
};

/** Throws what the store throws; a document that cannot be read to its end costs itself. */
async function readOne(
  { environment, store, reviewId }: Work,
  source: OpenSource,
  name: string,
  identifier: Identifier,
): Promise<void> {
  const id = await beginSource(store, reviewId, { name, kind: source.kind });
  using text = new TextWriter(textPath(environment, reviewId, id));
  let waiting: NewConversation[] = [];
  const write = async (): Promise<void> => {
    const some = waiting;
    waiting = [];
    await insertConversations(store.db, reviewId, some);
  };
  for await (const found of identifier.of(source, (part) => text.write(part))) {
    waiting.push(foundOf(id, found));
    if (waiting.length >= batch) await write();
  }
  await write();
}

/** Names of documents without the folder that they lie in. */
const nameIn = (folder: string, source: string): string =>
  source.startsWith(folder) ? source.slice(folder.length) : source;

interface Finding {
  opened: OpenedSources;
  identifier: Identifier;
  left: LeftPieces;
  folder: string;
}

class Settling {
  readonly #work: Work;
  readonly #finding: Finding;
  #read = 0;
  #skipped = 0;

  constructor(work: Work, finding: Finding) {
    this.#work = work;
    this.#finding = finding;
  }

  /** Writes down what became of documents since it was last asked. */
  async settle(known: ReadonlySet<string>): Promise<void> {
    const { store, reviewId } = this.#work;
    const { opened, identifier, left, folder } = this.#finding;
    const { read, skipped } = opened.report;
    for (; this.#read < read.length; this.#read++) {
      const { source, kind, characters, notes } = read[this.#read]!;
      const name = nameIn(folder, source);
      if (known.has(name)) continue;
      const counted = identifier.report.sources.findLast((one) => one.source === source);
      const found = counted === undefined ? null : { ...counted, left: left.of(source) };
      const end = { kind, characters, notes: [...notes], found };
      await noteSource(store, reviewId, name, { state: "read", ...end });
    }
    for (; this.#skipped < skipped.length; this.#skipped++) {
      const { source, code, reason, characters = 0 } = skipped[this.#skipped]!;
      const name = nameIn(folder, source);
      if (known.has(name)) continue;
      await noteSource(store, reviewId, name, { state: "skipped", code, reason, characters });
    }
  }
}

/** Who is shown what rules leave open, where the review names somebody. */
async function modelOf(
  { provider, model }: ReviewSettings,
  environment: Environment,
  signal: AbortSignal | undefined,
) {
  if (provider === undefined) return undefined;
  const { modelRanges } = await import("../data/making/model-ranges.ts");
  const choice = { provider, models: model === undefined ? [] : [model] };
  const asked = { ...choice, timeout: 60, concurrency: 5 };
  const { rangesOf, close } = await modelRanges(asked, environment, signal);
  return { rangesOf, [Symbol.asyncDispose]: close };
}

/** @throws UsageError FT-REVIEW-001; what the store throws, and what asking the model throws. */
export async function readDocuments(
  environment: Environment,
  store: Store,
  reviewId: number,
  { signal, onProgress }: ReadTalk = {},
): Promise<DocumentsRead> {
  const review = await readReview(store.db, reviewId);
  const settings = ReviewSettings.parse(review.settings);
  const { assistants, minTurns, minConfidence, maxFileSize, encoding } = settings;
  const files = await listReviewFiles(store.db, reviewId);
  const paths = files.map(({ name }) => filePath(environment, reviewId, name));
  const folder = filePath(environment, reviewId, sep);
  const left = new LeftPieces(settings);
  await using model = await modelOf(settings, environment, signal);
  const identifier = new Identifier(
    { assistants, minTurns, minConfidence },
    { rangesOf: model?.rangesOf, leave: (piece) => left.take(piece) },
  );
  const opened = openSources(paths, { ...openOptions({ maxFileSize, encoding }), signal });
  const known = new Set(
    (await listSources(store.db, reviewId))
      .filter(({ state }) => state !== "reading")
      .map(({ name }) => name),
  );
  const work = { environment, store, reviewId };
  const settling = new Settling(work, { opened, identifier, left, folder });
  let done = 0;
  for await (const source of opened) {
    await settling.settle(known);
    onProgress?.(done++, Math.max(files.length, done));
    const name = nameIn(folder, source.source);
    if (!known.has(name)) await readOne(work, source, name, identifier);
  }
  signal?.throwIfAborted();
  await settling.settle(known);
  const { dropped, conflicts, conversations, model: asked } = identifier.report;
  const report = { dropped, conflicts, ...(model !== undefined && { model: asked }) };
  await changeReview(store.db, reviewId, { report }, store.now());
  const all = await listSources(store.db, reviewId);
  const skipped = all.filter(({ state }) => state === "skipped").length;
  return { sources: all.length - skipped, skipped, conversations };
}
