// Files into a repository of the hub, in one commit: what is there already is not sent again, what fails for a passing
// reason is sent again, and what would change nothing makes no commit. The steps of one commit are @huggingface/hub's;
// which files, when again and what is told are decided here.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { commitIter, type CommitOutput } from "@huggingface/hub";
import { hashFile } from "../core/file-hash.ts";
import { answersOf } from "./hub-answers.ts";
import {
  allFilesAt,
  connect,
  describe,
  type HubConnection,
  type RemoteFile,
} from "./hub-connection.ts";
import type { HubSettings } from "./hub-environment.ts";
import { HubFailure } from "./hub-errors.ts";
import { apiPath, repositoryOf } from "./hub-repository.ts";
import { retrying } from "./hub-retry.ts";
import { FileContent } from "./hub-upload-body.ts";
import { noToken, overtaken, uploadError, type UploadTarget } from "./hub-upload-errors.ts";
import { type OnUpload, UploadMeter } from "./hub-upload-progress.ts";

export interface UploadFile {
  /** In the repository, its parts joined by slashes. */
  path: string;
  /** A file on this disk, or what is to stand in it. */
  content: string | Uint8Array;
}

export interface HubUpload extends UploadTarget {
  settings: HubSettings;
  files: readonly UploadFile[];
  /** Of a repository that has to be made; undefined leaves it to the account. */
  isPrivate: boolean | undefined;
  message: string;
  onProgress?: OnUpload | undefined;
  signal?: AbortSignal | undefined;
  /** Replaces the global fetch, for a proxy or a test. */
  fetch?: typeof fetch | undefined;
  retryDelayMs?: number | undefined;
}

export interface Uploaded {
  /** Where the branch is now. */
  commit: string;
  /** Whether that commit is of this upload; not when nothing had changed. */
  isNew: boolean;
  /** Paths that differed from what was there. */
  sent: string[];
  created: boolean;
}

/** The hub puts files where they belong before it answers. */
const ANSWER_SECONDS = 60;
const ATTEMPTS = 5;
/** Of a commit that others overtake. */
const ROUNDS = 4;
const MAIN = "main";

/** Two doors to the same hub: questions have to be answered soon, files take as long as they take. */
interface Doors {
  ask: HubConnection;
  send: HubConnection;
}

function doorsOf({ settings, signal, fetch: given, retryDelayMs }: HubUpload): Doors {
  const { endpoint, token, silenceSeconds } = settings;
  const both = { endpoint, token, silenceSeconds, signal, fetch: given, retryDelayMs };
  const answerSeconds = settings.answerSeconds ?? ANSWER_SECONDS;
  return {
    ask: connect({ ...both, answerSeconds }),
    send: connect({ ...both, answerSeconds: null }),
  };
}

const isStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof HubFailure && statuses.includes(error.status ?? 0);

async function post(hub: HubConnection, path: string, body: object): Promise<void> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  await retrying(hub, { attempts: ATTEMPTS }, () =>
    answersOf(hub)(`${hub.endpoint}/api/${path}`, init),
  ).catch((error: unknown) => {
    // made already: by an attempt of which the answer was lost, or by somebody else
    if (!isStatus(error, 409)) throw error;
  });
}

async function makeRepository(hub: HubConnection, { id, isPrivate }: HubUpload): Promise<void> {
  const { type, name: path } = repositoryOf(id);
  const [organization, name] = path.split("/");
  await post(hub, "repos/create", {
    ...{ name, organization, type },
    ...(isPrivate !== undefined && { visibility: isPrivate ? "private" : "public" }),
  });
}

/** Makes the repository and the branch where they are missing; whether the repository was. */
async function prepare(hub: HubConnection, upload: HubUpload): Promise<boolean> {
  const { id, branch } = upload;
  const isThere = await describe(hub, id, MAIN).then(
    () => true,
    (error: unknown) => {
      if (isStatus(error, 404)) return false;
      throw error;
    },
  );
  if (!isThere) await makeRepository(hub, upload);
  if (branch !== MAIN) await post(hub, `${apiPath(id)}/branch/${encodeURIComponent(branch)}`, {});
  return !isThere;
}

async function gitBlobId(content: UploadFile["content"]): Promise<string> {
  const size = typeof content === "string" ? (await stat(content)).size : content.length;
  const hash = createHash("sha1").update(`blob ${size}\0`);
  if (typeof content !== "string") return hash.update(content).digest("hex");
  await pipeline(createReadStream(content), hash);
  return hash.digest("hex");
}

async function sha256Of(content: UploadFile["content"]): Promise<string> {
  if (typeof content === "string") return await hashFile(content);
  return createHash("sha256").update(content).digest("hex");
}

async function sizeOf({ content }: UploadFile): Promise<number> {
  return typeof content === "string" ? (await stat(content)).size : content.length;
}

async function isThere(file: UploadFile, found: RemoteFile | undefined): Promise<boolean> {
  if (found === undefined || found.bytes !== (await sizeOf(file))) return false;
  const own = found.etag.length === 64 ? sha256Of(file.content) : gitBlobId(file.content);
  return (await own) === found.etag;
}

/** Those of the files that differ from what the repository has at a commit. */
async function changedFiles(
  hub: HubConnection,
  { id, files }: HubUpload,
  commit: string,
): Promise<UploadFile[]> {
  const remote = await allFilesAt(hub, id, commit);
  const byName = new Map(remote.map((file) => [file.name, file]));
  const changed: UploadFile[] = [];
  for (const file of files) if (!(await isThere(file, byName.get(file.path)))) changed.push(file);
  return changed;
}

async function blobOf({ path, content }: UploadFile): Promise<Blob> {
  if (typeof content !== "string") return new Blob([new Uint8Array(content)]);
  return new FileContent(path, content, { start: 0, end: (await stat(content)).size });
}

/** Sends one body, watching that it moves; the answer may then take as long as a silence. */
async function sendBody(
  { send }: Doors,
  [input, init]: Parameters<typeof fetch>,
  body: FileContent,
  meter: UploadMeter,
): Promise<Response> {
  const stop = new AbortController();
  const silence = new Error(`nothing could be sent for ${send.silenceSeconds} s`);
  const timer = setTimeout(() => stop.abort(silence), send.silenceSeconds * 1000);
  const pass = (): void => stop.abort(init?.signal?.reason);
  init?.signal?.addEventListener("abort", pass);
  if (init?.signal?.aborted === true) pass();
  const told = body.telling((start, bytes) => {
    timer.refresh();
    meter.sent(body.name, start, bytes);
  });
  try {
    return await answersOf(send)(input, { ...init, body: told, signal: stop.signal });
  } finally {
    clearTimeout(timer);
    init?.signal?.removeEventListener("abort", pass);
  }
}

/** What the library asks with: each request again while it fails for a passing reason. */
function askingAgain(doors: Doors, meter: UploadMeter): typeof fetch {
  return (input, init) =>
    retrying(doors.ask, { attempts: ATTEMPTS }, () =>
      init?.body instanceof FileContent
        ? sendBody(doors, [input, init], init.body, meter)
        : answersOf(doors.ask)(input, init),
    );
}

/** An object that the hub's storage refuses comes with a status inside an answer; anything else is no answer of a hub. */
function failureOf(error: unknown): unknown {
  if (error instanceof HubFailure || (error as Error).name === "AbortError") return error;
  const { message, statusCode, syscall } = error as Error & {
    statusCode?: number;
    syscall?: string;
  };
  if (syscall !== undefined) return error;
  return new HubFailure(message, { status: statusCode ?? 502, cause: error, isFinal: true });
}

async function commitFiles(
  doors: Doors,
  { id, branch, message, signal, onProgress }: HubUpload,
  files: readonly UploadFile[],
  parentCommit: string,
): Promise<string> {
  const blobs = await Promise.all(files.map(blobOf));
  const sizes = new Map(files.map(({ path }, at) => [path, blobs[at]?.size ?? 0]));
  const meter = new UploadMeter(
    [...sizes.values()].reduce((a, b) => a + b, 0),
    onProgress,
  );
  const events = commitIter({
    repo: repositoryOf(id),
    operations: files.map(({ path }, at) => ({
      ...{ operation: "addOrUpdate" as const, path },
      content: blobs[at] ?? new Blob([]),
    })),
    ...{ title: message, branch, parentCommit, hubUrl: doors.ask.endpoint },
    // plain parts can be sent again one by one and ask for nothing but HTTP
    useXet: false,
    fetch: askingAgain(doors, meter),
    ...(signal && { abortSignal: signal }),
  });
  try {
    for (;;) {
      const next = await events.next();
      if (next.done === true) return (next.value as CommitOutput).commit.oid;
      const { value } = next;
      if (value.event === "fileProgress" && value.state === "uploading" && value.progress === 1)
        meter.finished(value.path, sizes.get(value.path) ?? 0);
    }
  } catch (error) {
    throw failureOf(error);
  }
}

/** 412: the branch has moved. 403 from the storage: an address to which we were sent is too old. */
function goesOn(error: unknown): boolean {
  const isOld = error instanceof HubFailure && error.status === 403 && error.temporary;
  return isStatus(error, 412) || isOld;
}

async function rounds(doors: Doors, upload: HubUpload): Promise<Omit<Uploaded, "created">> {
  const { id, branch } = upload;
  let sent: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { commit: head } = await describe(doors.ask, id, branch);
    const changed = await changedFiles(doors.ask, upload, head);
    // after an attempt of which the answer was lost, the commit is ours
    if (changed.length === 0) return { commit: head, isNew: sent.length > 0, sent };
    sent = changed.map(({ path }) => path);
    try {
      return { commit: await commitFiles(doors, upload, changed, head), isNew: true, sent };
    } catch (error) {
      if (!goesOn(error)) throw error;
    }
  }
  throw overtaken(upload);
}

/**
 * Uploads the files in one commit, making repository and branch where they are missing.
 * @throws ProviderError FT-UPLOAD-002 to 007 (exit 6).
 */
export async function uploadFiles(upload: HubUpload): Promise<Uploaded> {
  if (upload.settings.token === undefined) throw noToken(upload);
  const doors = doorsOf(upload);
  try {
    const created = await prepare(doors.ask, upload);
    return { ...(await rounds(doors, upload)), created };
  } catch (error) {
    upload.signal?.throwIfAborted();
    throw error instanceof HubFailure ? uploadError(error, upload) : error;
  }
}
