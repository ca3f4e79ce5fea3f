// Requests to one hub: the token goes to the hub's own address only, failures become HubFailure.
// Knows no cache. @huggingface/hub lists; file bytes are fetched in hub-download.ts; retries are hub-retry.ts's.
import { datasetInfo, listFiles, modelInfo } from "@huggingface/hub";
import { logger } from "../core/logger.ts";
import { firstOf } from "../core/signals.ts";
import { answersOf, misunderstood } from "./hub-answers.ts";
import { HubFailure } from "./hub-errors.ts";
import { repositoryOf } from "./hub-repository.ts";
import { askAgainSeconds, retrying, type RetryTerms } from "./hub-retry.ts";

export interface HubConnection extends RetryTerms {
  endpoint: string;
  /** Answers 2xx or throws HubFailure. */
  request: typeof fetch;
  /** How long a body may be silent. */
  silenceSeconds: number;
}

export interface ConnectionOptions {
  endpoint: string;
  token: string | undefined;
  signal?: AbortSignal | undefined;
  /** Replaces the global fetch, for a proxy or a test. */
  fetch?: typeof fetch | undefined;
  retryDelayMs?: number | undefined;
  /** How long an answer may take to begin; null: as long as whoever asks lets it. */
  answerSeconds?: number | null | undefined;
  silenceSeconds?: number | undefined;
}

export interface RemoteFile {
  name: string;
  bytes: number;
  /** SHA-256 of the content when the hub stores it apart from git, else its git blob id. */
  etag: string;
}

/** Few, so that a laptop without a connection soon gets what its cache has. */
const ANSWER_ATTEMPTS = 3;
const RETRY_DELAY_MS = 300;
/** What Python's client waits too. */
const ANSWER_SECONDS = 10;
const SILENCE_SECONDS = 30;
/** Until then nobody wonders. */
const WORD_AFTER_SECONDS = 3;
const COMMIT = /^[0-9a-f]{40}$/;
const ETAG = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/;

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** Headers with the token, when the address is the hub's. */
function headersFor(url: URL, given: RequestInit["headers"], options: ConnectionOptions): Headers {
  const headers = new Headers(given);
  const ours = url.origin === new URL(options.endpoint).origin;
  if (ours && options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
  headers.set("user-agent", "ft");
  return headers;
}

/** The host of an answer, when that is not the hub. */
function hostElsewhere(response: Response, endpoint: string): string | undefined {
  if (!URL.canParse(response.url)) return undefined;
  const { origin, host } = new URL(response.url);
  return origin === new URL(endpoint).origin ? undefined : host;
}

async function failed(response: Response, endpoint: string): Promise<HubFailure> {
  const said = response.headers.get("x-error-message") ?? response.statusText;
  const reason = response.headers.get("x-error-code") ?? "";
  const retryAfter = askAgainSeconds(response.headers, Date.now());
  const elsewhere = hostElsewhere(response, endpoint);
  await response.body?.cancel();
  return new HubFailure(said, { status: response.status, reason, retryAfter, elsewhere });
}

/** Aborts with any of `signals`, or when no answer has begun in time; the body may then take as long as it likes. */
function answerLimit(
  seconds: number | null,
  host: string,
  signals: (AbortSignal | null | undefined)[],
): { signal: AbortSignal; done: () => void } {
  const silence = new AbortController();
  const timers = seconds === null ? [] : answerTimers(seconds, host, silence);
  const first = firstOf([silence.signal, ...signals.map((signal) => signal ?? undefined)]);
  const done = (): void => {
    // whoever reads the body ends with the signal by itself
    first.done();
    for (const timer of timers) clearTimeout(timer);
  };
  return { signal: first.signal, done };
}

/** Says that an answer is waited for, and gives it up. */
function answerTimers(seconds: number, host: string, limit: AbortController): NodeJS.Timeout[] {
  const wonder = setTimeout(
    () => logger().info(`Waiting for ${host} to answer, ${seconds} s at most`),
    Math.min(WORD_AFTER_SECONDS, seconds / 2) * 1000,
  );
  return [wonder, setTimeout(() => limit.abort(new NoAnswer(seconds)), seconds * 1000)];
}

class NoAnswer extends Error {
  constructor(seconds: number) {
    super(`no answer within ${seconds} s`);
  }
}

export function connect(options: ConnectionOptions): HubConnection {
  const { fetch: send = fetch, answerSeconds = ANSWER_SECONDS } = options;
  const request: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = headersFor(url, init?.headers, options);
    const limit = answerLimit(answerSeconds, url.host, [options.signal, init?.signal]);
    try {
      const response = await send(url, { ...init, headers, signal: limit.signal });
      if (!response.ok) throw await failed(response, options.endpoint);
      return response;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof HubFailure) throw error;
      const isSilence = limit.signal.reason instanceof NoAnswer;
      const message = isSilence ? limit.signal.reason.message : reasonOf(error);
      throw new HubFailure(message, { cause: error, isSilence });
    } finally {
      limit.done();
    }
  };
  const { endpoint, signal, retryDelayMs = RETRY_DELAY_MS } = options;
  const { silenceSeconds = SILENCE_SECONDS } = options;
  return { endpoint, request, retryDelayMs, silenceSeconds, signal };
}

/** HubFailure and aborts pass; anything else is the library failing to read the answer. */
async function understood<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const passes = error instanceof HubFailure || (error as Error).name === "AbortError";
    // the library follows an answer of another form into nothing
    const reason = error instanceof TypeError ? "it has another form" : reasonOf(error);
    throw passes ? error : misunderstood(`${what}: ${reason}`, error);
  }
}

/** What the hub says of a model at a revision. */
export interface HubAnswer {
  /** The commit a branch, tag or commit names now. */
  commit: string;
  /** The model's name there: another than was asked for, when it was renamed. */
  name: string;
  /** As its owner tags it: "apache-2.0". */
  license: string | undefined;
  /** Seen by those alone whom its owner lets; undefined where the hub does not say. */
  isPrivate: boolean | undefined;
}

const LICENSE = /^license:(.{1,100})$/;

/** Tags are whatever the owner wrote. */
function licenseIn(tags: unknown): string | undefined {
  const texts = (Array.isArray(tags) ? tags : []).filter((tag) => typeof tag === "string");
  return texts.map((tag) => LICENSE.exec(tag)?.[1]).find((found) => found !== undefined);
}

/** @throws HubFailure where it is none, or another than the one that was asked for. */
function commitIn(sha: unknown, revision: string): string {
  if (typeof sha !== "string" || !COMMIT.test(sha)) throw misunderstood("the hub names no commit");
  if (!isCommit(revision) || sha === revision) return sha;
  throw misunderstood(`asked for the commit ${revision}, the hub answers with ${sha}`);
}

interface Description {
  sha: unknown;
  name: unknown;
  tags: unknown;
  private: unknown;
}

interface Question {
  name: string;
  revision: string;
  hubUrl: string;
  fetch: typeof fetch;
}

/** What each kind of repository is called, and who asks for its description. */
const kinds: Readonly<
  Record<"model" | "dataset", { word: string; ask: (question: Question) => Promise<Description> }>
> = {
  model: {
    word: "model",
    ask: (question) => modelInfo({ ...question, additionalFields: ["sha", "tags"] }),
  },
  dataset: {
    word: "dataset",
    ask: (question) => datasetInfo({ ...question, additionalFields: ["sha", "tags"] }),
  },
};

export async function describe(
  hub: HubConnection,
  id: string,
  revision: string,
): Promise<HubAnswer> {
  const { type, name: repository } = repositoryOf(id);
  const { word, ask } = kinds[type];
  const question = { name: repository, revision, hubUrl: hub.endpoint, fetch: answersOf(hub) };
  const { sha, name, tags, ...rest } = await retrying(hub, { attempts: ANSWER_ATTEMPTS }, () =>
    understood(`the ${word}'s description cannot be read`, () => ask(question)),
  );
  const given: unknown = name;
  const commit = commitIn(sha, revision);
  const isOther = typeof given === "string" && given !== repository;
  const isPrivate = typeof rest.private === "boolean" ? rest.private : undefined;
  return { commit, name: isOther ? given : id, license: licenseIn(tags), isPrivate };
}

/** Files at the top of the repository; folders hold nothing that loading needs. */
export async function filesAt(
  hub: HubConnection,
  id: string,
  commit: string,
): Promise<RemoteFile[]> {
  return retrying(hub, { attempts: ANSWER_ATTEMPTS }, () =>
    understood("the list of files cannot be read", () => listed(hub, id, commit, false)),
  );
}

/** Files of the repository, those in its folders too. */
export async function allFilesAt(
  hub: HubConnection,
  id: string,
  commit: string,
): Promise<RemoteFile[]> {
  return retrying(hub, { attempts: ANSWER_ATTEMPTS }, () =>
    understood("the list of files cannot be read", () => listed(hub, id, commit, true)),
  );
}

async function listed(
  hub: HubConnection,
  id: string,
  commit: string,
  recursive: boolean,
): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  const repo = repositoryOf(id);
  const asked = { repo, revision: commit, recursive, hubUrl: hub.endpoint };
  const entries = listFiles({ ...asked, fetch: answersOf(hub) });
  for await (const { type, path: name, size, oid, lfs } of entries) {
    if (type !== "file") continue;
    const etag = lfs?.oid ?? oid ?? "";
    const bytes = lfs?.size ?? size;
    if (!ETAG.test(etag) || !Number.isSafeInteger(bytes) || bytes < 0 || typeof name !== "string")
      throw misunderstood(`${JSON.stringify(name)} has no id or size`);
    files.push({ name, bytes, etag });
  }
  return files;
}

export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}
