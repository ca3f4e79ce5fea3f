// What a hub takes: repositories, branches, large files by LFS whole or in parts, and commits, as huggingface.co takes
// them. Both of its clients, the one for JavaScript and Python's, are held against this.
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { parse } from "yaml";
import { etagOf, type FakeRepository, filesOf, type Trouble } from "./fake-hub-files.ts";

export interface FakeAccount {
  name: string;
  /** Where it may write beside its own name. */
  organizations?: readonly string[];
  /** May not write at all. */
  readsOnly?: boolean;
  /** Has so many bytes for large files. */
  room?: number;
}

export interface FakeCommit {
  id: string;
  branch: string;
  summary: string;
  paths: string[];
}

/** What it needs of the hub that it belongs to. */
interface Hub {
  readonly repositories: Record<string, FakeRepository>;
  accountOf(request: IncomingMessage): FakeAccount | undefined;
  refuse(response: ServerResponse, trouble: Trouble): void;
}

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** One question that changes something. */
interface Question {
  parts: string[];
  body: Buffer;
  account: FakeAccount;
  origin: string;
}

type Door = (question: Question) => Answer;

const refused = (status: number, error: string, code?: string): Answer => ({
  ...{ status, body: { error } },
  headers: { "x-error-message": error, ...(code !== undefined && { "x-error-code": code }) },
});

const sha256 = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
const newCommit = (): string => randomBytes(20).toString("hex");

interface Line {
  key: "header" | "file" | "lfsFile" | "deletedFile";
  value: Record<string, string>;
}

export class FakeUploads {
  readonly commits: FakeCommit[] = [];
  /** Large files that are here, by hash. */
  readonly stored = new Map<string, Buffer>();
  /** Hashes in the order in which they were sent, whole or in parts. */
  readonly sent: string[] = [];
  /** Where large files are taken, when that is not here. */
  storage: string | undefined;
  /** Larger files are taken in parts of so many bytes. */
  partBytes = Number.POSITIVE_INFINITY;
  readonly #hub: Hub;
  readonly #parts = new Map<string, Map<number, Buffer>>();
  readonly #doors: readonly (readonly [method: string, path: RegExp, door: Door])[] = [
    ["POST", /^\/api\/repos\/create$/, (asked) => this.#create(asked)],
    ["POST", /^\/api\/validate-yaml$/, ({ body }) => validated(body)],
    ["POST", /^\/api\/(?:models\/)?(.+)\/branch\/([^/]+)$/, (asked) => this.#branch(asked)],
    ["POST", /^\/api\/(?:models\/)?(.+)\/preupload\/([^/]+)$/, (asked) => this.#preupload(asked)],
    ["POST", /^\/(.+)\.git\/info\/lfs\/objects\/batch$/, (asked) => this.#batch(asked)],
    ["PUT", /^\/storage\/(\w+)$/, (asked) => this.#whole(asked)],
    ["PUT", /^\/storage\/(\w+)\/(\d+)$/, (asked) => this.#part(asked)],
    ["POST", /^\/storage\/(\w+)\/complete$/, (asked) => this.#complete(asked)],
    ["POST", /^\/storage\/verify$/, (asked) => this.#verify(asked)],
    ["POST", /^\/api\/(?:models\/)?(.+)\/commit\/([^/]+)$/, (asked) => this.#commit(asked)],
  ];

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  takes({ method }: IncomingMessage): boolean {
    return method === "POST" || method === "PUT";
  }

  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    trouble: Trouble,
  ): Promise<void> {
    const body = await received(request, trouble.resetAfter);
    if (body === undefined) return;
    const isRefused = trouble.status !== undefined;
    if (isRefused && trouble.afterwards !== true) return this.#hub.refuse(response, trouble);
    const { status = 200, headers = {}, body: said } = this.#answered(request, body);
    if (isRefused) return this.#hub.refuse(response, trouble);
    if (trouble.afterwards === true) return void response.destroy();
    const text = said === undefined ? "" : JSON.stringify(said);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  }

  #answered(request: IncomingMessage, body: Buffer): Answer {
    const { method, url = "", headers } = request;
    const path = url.split("?")[0] ?? "";
    for (const [wanted, pattern, door] of this.#doors) {
      // a branch may have slashes, which are told from those of the path by how they are written
      const parts = pattern.exec(path)?.slice(1).map(decodeURIComponent);
      if (wanted !== method || parts === undefined) continue;
      // what was promised a place needs no name, as in a storage apart from the hub
      const isOpen = path.startsWith("/storage/") || path === "/api/validate-yaml";
      const account = isOpen ? { name: "" } : this.#hub.accountOf(request);
      if (account === undefined) return refused(401, "Invalid credentials in Authorization header");
      return door({ parts, body, account, origin: `http://${headers.host}` });
    }
    return refused(404, "no such door");
  }

  #mayWrite(id: string, { name, organizations = [], readsOnly }: FakeAccount): boolean {
    return (
      readsOnly !== true &&
      [name, ...organizations].includes(id.replace(/^datasets\//, "").split("/")[0] ?? "")
    );
  }

  /** The repository, or why not. */
  #writable({ parts: [id = ""], account }: Question): FakeRepository | Answer {
    const repository = this.#hub.repositories[id];
    if (repository === undefined) return refused(404, "Repository not found", "RepoNotFound");
    return this.#mayWrite(id, account)
      ? repository
      : refused(403, "You don't have the rights to write to this repository");
  }

  #create({ body, account, origin }: Question): Answer {
    const { name, organization, visibility, type, ...rest } = json(body);
    const place = type === "dataset" ? "datasets/" : "";
    const id = `${place}${organization ?? account.name}/${name}`;
    if (!this.#mayWrite(id, account))
      return refused(
        403,
        `You don't have the rights to create a model under the namespace "${organization}"`,
      );
    if (this.#hub.repositories[id] !== undefined)
      return refused(409, "You already created this model repo");
    const first = newCommit();
    const files = { ".gitattributes": Buffer.from("*.safetensors filter=lfs\n") };
    const isPrivate = visibility === "private" || String(rest["private"]) === "true";
    this.#hub.repositories[id] = { refs: { main: first }, files, private: isPrivate };
    return { body: { url: `${origin}/${id}`, name: id, id: "1" } };
  }

  #branch(asked: Question): Answer {
    const repository = this.#writable(asked);
    if (!("refs" in repository)) return repository;
    const branch = asked.parts[1] ?? "";
    if (repository.refs[branch] !== undefined) return refused(409, "Reference already exists");
    const main = repository.refs["main"] ?? "";
    repository.at = { ...repository.at, [main]: filesOf(repository, "main") };
    repository.refs[branch] = main;
    return {};
  }

  #preupload(asked: Question): Answer {
    const repository = this.#writable(asked);
    if (!("refs" in repository)) return repository;
    const revision = asked.parts[1] ?? "";
    const here = filesOf(repository, revision);
    const { files } = json(asked.body) as unknown as { files: { path: string; size: number }[] };
    const told = files.map(({ path, size }) => {
      const found = here[path];
      const isLarge = etagOf(path, Buffer.alloc(Math.min(size, 2000))).lfs;
      const uploadMode = isLarge ? "lfs" : "regular";
      return {
        ...{ path, uploadMode, shouldIgnore: false },
        ...(found && { oid: etagOf(path, found).oid }),
      };
    });
    return { body: { files: told, commitOid: repository.refs[revision] } };
  }

  #batch(asked: Question): Answer {
    const repository = this.#writable(asked);
    if (!("refs" in repository)) return repository;
    const { objects } = json(asked.body) as unknown as { objects: { oid: string; size: number }[] };
    const told = objects.map(({ oid, size }) => {
      if (size > (asked.account.room ?? Number.POSITIVE_INFINITY))
        return { oid, size, error: { code: 413, message: "storage limit reached" } };
      if (this.stored.has(oid)) return { oid, size };
      return { oid, size, actions: this.#actions(oid, size, this.storage ?? asked.origin) };
    });
    const transfer = objects.some(({ size }) => size > this.partBytes) ? "multipart" : "basic";
    return { body: { transfer, objects: told } };
  }

  #actions(oid: string, size: number, origin: string): unknown {
    const verify = { href: `${origin}/storage/verify` };
    if (size <= this.partBytes) return { upload: { href: `${origin}/storage/${oid}` }, verify };
    const count = Math.ceil(size / this.partBytes);
    const parts = Array.from({ length: count }, (_, at) => [
      String(at + 1).padStart(5, "0"),
      `${origin}/storage/${oid}/${at + 1}`,
    ]);
    const header = { chunk_size: String(this.partBytes), ...Object.fromEntries(parts) };
    return { upload: { href: `${origin}/storage/${oid}/complete`, header }, verify };
  }

  #whole({ parts: [oid = ""], body }: Question): Answer {
    if (sha256(body) !== oid) return refused(400, "the content has another hash");
    this.sent.push(oid);
    this.stored.set(oid, body);
    return {};
  }

  #part({ parts: [oid = "", number = ""], body }: Question): Answer {
    const parts = this.#parts.get(oid) ?? new Map<number, Buffer>();
    this.#parts.set(oid, parts.set(Number(number), body));
    this.sent.push(`${oid}/${number}`);
    return { headers: { etag: `"${sha256(body)}"` } };
  }

  #complete({ parts: [oid = ""], body }: Question): Answer {
    const parts = this.#parts.get(oid) ?? new Map<number, Buffer>();
    const { parts: told } = json(body) as unknown as {
      parts: { partNumber: number; etag: string }[];
    };
    const whole = Buffer.concat(
      told.map(({ partNumber }) => parts.get(partNumber) ?? Buffer.alloc(0)),
    );
    const isTold = told.every(
      ({ partNumber, etag }) => etag === `"${sha256(parts.get(partNumber) ?? Buffer.alloc(0))}"`,
    );
    if (!isTold || sha256(whole) !== oid) return refused(400, "the parts do not make the file");
    this.stored.set(oid, whole);
    return {};
  }

  #verify({ body }: Question): Answer {
    const { oid = "", size } = json(body);
    const isHere = this.stored.get(oid)?.length === Number(size);
    return isHere ? {} : refused(404, "no such object");
  }

  #commit(asked: Question): Answer {
    const repository = this.#writable(asked);
    if (!("refs" in repository)) return repository;
    const branch = asked.parts[1] ?? "";
    const head = repository.refs[branch];
    if (head === undefined) return refused(404, "Invalid rev id", "RevisionNotFound");
    const lines = asked.body
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Line);
    const { summary = "", parentCommit } = lines[0]?.value ?? {};
    if (parentCommit !== undefined && parentCommit !== head)
      return refused(412, "A commit has happened since. Please refresh and try again.");
    const files = { ...filesOf(repository, branch) };
    for (const line of lines.slice(1)) {
      const problem = this.#apply(line, files);
      if (problem !== undefined) return problem;
    }
    const id = newCommit();
    repository.at = { ...repository.at, [head]: filesOf(repository, branch), [id]: files };
    repository.refs[branch] = id;
    if (branch === "main") repository.files = files;
    const paths = lines.slice(1).map(({ value }) => value["path"] ?? "");
    this.commits.push({ id, branch, summary, paths });
    const commitUrl = `${asked.origin}/${asked.parts[0]}/commit/${id}`;
    return { body: { success: true, commitOid: id, commitUrl, hookOutput: "" } };
  }

  #apply({ key, value }: Line, files: Record<string, Buffer>): Answer | undefined {
    const { path = "", content = "", oid = "" } = value;
    if (key === "deletedFile") delete files[path];
    else if (key === "file") files[path] = Buffer.from(content, "base64");
    else {
      const large = this.stored.get(oid);
      if (large === undefined) return refused(422, `the object ${oid} was not uploaded`);
      files[path] = large;
    }
    return undefined;
  }
}

function json(body: Buffer): Record<string, string> {
  return JSON.parse(body.toString()) as Record<string, string>;
}

/** All that was sent; undefined when the connection was to be ended before that. */
async function received(request: IncomingMessage, limit?: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (limit === undefined || bytes < limit) continue;
      request.socket.destroy();
      return undefined;
    }
  } catch {
    return undefined; // the client is gone
  }
  return Buffer.concat(chunks);
}

/** As the hub judges the head of a card, as far as anybody relies on it here. */
function validated(body: Buffer): Answer {
  const head = /^---\n([\s\S]*?)\n---/.exec(json(body)["content"] ?? "")?.[1] ?? "";
  try {
    parse(head);
    return { body: { errors: [], warnings: [] } };
  } catch (error) {
    return { status: 400, body: { errors: [{ message: String(error) }], warnings: [] } };
  }
}
