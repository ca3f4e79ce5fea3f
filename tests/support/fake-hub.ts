// A hub on the loopback address: descriptions, listings and files with ranges, as huggingface.co answers them.
// Can be told to refuse, to break off, or to lie; counts what it is asked.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { etagOf, type FakeRepository, filesOf, type Trouble } from "./fake-hub-files.ts";
import { FakeJobs } from "./fake-hub-jobs.ts";
import { type FakeAccount, FakeUploads } from "./fake-hub-uploads.ts";

export { etagOf, type FakeRepository, filesOf, type Trouble } from "./fake-hub-files.ts";

export class FakeHub {
  readonly repositories: Record<string, FakeRepository> = {};
  readonly asked: string[] = [];
  readonly headers: IncomingMessage["headers"][] = [];
  /** Old name of a repository → its name now. */
  readonly renamed: Record<string, string> = {};
  /** Token → who may write what with it. */
  readonly accounts: Record<string, FakeAccount> = {};
  readonly uploads = new FakeUploads(this);
  readonly jobs = new FakeJobs();
  trouble: Trouble = {};
  #met = 0;
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.jobs.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Forgets what was asked and sets the next trouble. */
  reset(trouble: Trouble = {}): void {
    this.asked.length = 0;
    this.headers.length = 0;
    this.trouble = trouble;
    this.#met = 0;
  }

  /** Files of which bytes were asked for. */
  blobsAsked(): string[] {
    return this.asked.filter((line) => line.includes("/resolve/"));
  }

  #troubled(url: string, { headers }: IncomingMessage): boolean {
    const { times = Number.POSITIVE_INFINITY, only = "", toTheEnd = false } = this.trouble;
    if (toTheEnd && /^bytes=\d+-\d/.test(headers.range ?? "")) return false;
    return url.includes(only) && this.#met++ < times;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = decodeURIComponent(request.url ?? "");
    this.asked.push(`${request.method} ${url.split("?")[0]}`);
    this.headers.push(request.headers);
    const trouble = this.#troubled(url, request) ? this.trouble : {};
    if (trouble.silent === true) return;
    const isPlain = trouble.status === undefined;
    if (isPlain && this.jobs.answer(request, response, this.accountOf(request))) return;
    if (this.uploads.takes(request)) {
      void this.uploads.answer(request, response, trouble);
      return;
    }
    this.answerReading(request, response, trouble);
  }

  refuse(response: ServerResponse, { status = 500, code, retryAfter, rateLimit }: Trouble): void {
    response
      .writeHead(status, {
        ...(code !== undefined && { "x-error-code": code }),
        ...(retryAfter !== undefined && { "retry-after": retryAfter }),
        ...(rateLimit !== undefined && { ratelimit: rateLimit }),
      })
      .end(JSON.stringify({ error: "refused" }));
  }

  answerReading(request: IncomingMessage, response: ServerResponse, trouble: Trouble): void {
    const url = decodeURIComponent(request.url ?? "");
    if (trouble.status !== undefined) {
      this.refuse(response, trouble);
      return;
    }
    const old = Object.keys(this.renamed).find((name) => url.includes(`/${name}/`));
    if (old !== undefined) {
      const location = (request.url ?? "").replace(old, this.renamed[old] ?? "");
      response.writeHead(307, { location }).end();
      return;
    }
    if (url.startsWith("/api/whoami-v2")) {
      this.#whoami(request, response);
      return;
    }
    if (url.startsWith("/api/models?")) {
      this.#search(response, new URL(`http://hub${request.url}`).searchParams);
      return;
    }
    const api = /^\/api\/(?:models\/)?(.+?)\/(revision|tree)\/([^?]+)/.exec(url);
    const file = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(url);
    if (file !== null && trouble.redirectTo !== undefined) {
      response.writeHead(302, { location: `${trouble.redirectTo}${request.url}` }).end();
    } else if (api !== null) this.#describe(request, response, api.slice(1));
    else if (file !== null) this.#file(request, response, trouble, file.slice(1));
    else response.writeHead(404).end();
  }

  #whoami(request: IncomingMessage, response: ServerResponse): void {
    const account = this.accountOf(request);
    if (account === undefined) {
      response.writeHead(401).end(JSON.stringify({ error: "Invalid username or password." }));
      return;
    }
    const { name, organizations = [], readsOnly = false } = account;
    const accessToken = { displayName: "ft", role: readsOnly ? "read" : "write" };
    const orgs = organizations.map((one) => ({ name: one }));
    const body = { type: "user", name, orgs, auth: { type: "access_token", accessToken } };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #search(response: ServerResponse, asked: URLSearchParams): void {
    const found = Object.entries(this.repositories)
      .filter(([id]) => id.includes(asked.get("search") ?? ""))
      .sort(([, a], [, b]) => (b.downloads ?? 0) - (a.downloads ?? 0))
      .map(([id, repository]) => this.#entry(id, repository));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found));
  }

  #entry(
    id: string,
    { tags = [], gated = false, downloads = 0, ...rest }: FakeRepository,
  ): unknown {
    const text = rest.files["config.json"]?.toString() ?? "{}";
    const { model_type } = JSON.parse(text) as { model_type?: string };
    const safetensors = rest.parameters && { parameters: rest.parameters };
    return { _id: "1", id, tags, gated, downloads, likes: 0, config: { model_type }, safetensors };
  }

  /** Who asks; undefined for nobody that is known. */
  accountOf({ headers }: IncomingMessage): FakeAccount | undefined {
    return this.accounts[(headers.authorization ?? "").replace(/^Bearer /, "")];
  }

  #describe(
    request: IncomingMessage,
    response: ServerResponse,
    [id = "", kind, revision = ""]: string[],
  ): void {
    const repository = this.repositories[id];
    if (repository === undefined) {
      const status = this.accountOf(request) === undefined ? 401 : 404;
      response.writeHead(status, { "x-error-code": "RepoNotFound" }).end();
      return;
    }
    const commits = Object.values(repository.refs);
    const sha = repository.refs[revision] ?? commits.find((commit) => commit === revision);
    if (sha === undefined) {
      response.writeHead(404, { "x-error-code": "RevisionNotFound" }).end();
      return;
    }
    const body =
      kind === "tree"
        ? tree(filesOf(repository, sha))
        : {
            ...{ _id: "1", id, sha, lastModified: 0, tags: repository.tags },
            private: repository.private ?? false,
          };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #file(
    request: IncomingMessage,
    response: ServerResponse,
    trouble: Trouble,
    [id = "", revision = "", name = ""]: string[],
  ): void {
    const repository = this.repositories[id];
    const content = trouble.changedTo ?? (repository && filesOf(repository, revision)[name]);
    if (content === undefined) {
      response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
      return;
    }
    const [, from = 0, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const ranged = request.headers.range !== undefined && trouble.ignoreRange !== true;
    const end = last === undefined || last === "" ? content.length : Number(last) + 1;
    const sent = Buffer.from(ranged ? content.subarray(Number(from), end) : content);
    if (trouble.corrupt === true) sent[0] = (sent[0] ?? 0) ^ 0xff;
    response.writeHead(ranged ? 206 : 200, {
      "content-length": sent.length,
      "accept-ranges": "bytes",
      "x-repo-commit": commitOf(repository, revision),
      ...etagHeaders(name, content),
    });
    if (trouble.stall === true) response.write(sent.subarray(0, 1));
    else if (trouble.breakAfter === undefined) response.end(sent);
    else response.write(sent.subarray(0, trouble.breakAfter), () => response.destroy());
  }
}

function commitOf(repository: FakeRepository | undefined, revision: string): string {
  const { refs = {}, at = {} } = repository ?? {};
  const isCommit = at[revision] !== undefined;
  return isCommit ? revision : (refs[revision] ?? Object.values(refs)[0] ?? "");
}

function etagHeaders(name: string, content: Buffer): Record<string, string> {
  const { oid, lfs } = etagOf(name, content);
  const etag = `"${oid}"`;
  if (!lfs) return { etag };
  return { etag, "x-linked-etag": etag, "x-linked-size": String(content.length) };
}

function tree(files: FakeRepository["files"]): unknown[] {
  const entries = Object.entries(files).map(([path, content]) => {
    const { oid, lfs } = etagOf(path, content);
    const size = content.length;
    const apart = lfs ? { lfs: { oid, size, pointerSize: 130 } } : {};
    return { type: "file", path, size, oid: lfs ? "0".repeat(40) : oid, ...apart };
  });
  return [...entries, { type: "directory", path: "original", size: 0, oid: "0".repeat(40) }];
}
