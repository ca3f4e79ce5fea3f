// A hub on the loopback address: descriptions, listings and files with ranges, as huggingface.co answers them.
// Can be told to refuse, to break off, or to lie; counts what it is asked.
import { createHash } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeRepository {
  /** Branch or tag → commit. */
  refs: Record<string, string>;
  files: Record<string, Buffer>;
  tags?: readonly string[];
  gated?: false | "manual";
  downloads?: number;
  /** As the hub tells it of safetensors: numbers of each type. */
  parameters?: Record<string, number>;
}

export interface Trouble {
  status?: number;
  code?: string;
  /** The header `Retry-After` of a refusal. */
  retryAfter?: string;
  /** The header `RateLimit`. */
  rateLimit?: string;
  /** Takes the question and never answers. */
  silent?: boolean;
  /** Ends the connection after so many bytes of a file. */
  breakAfter?: number;
  /** Sends the first byte of a file and then nothing. */
  stall?: boolean;
  /** Answers a range with the whole file and status 200. */
  ignoreRange?: boolean;
  /** Sends other bytes than the listing promises. */
  corrupt?: boolean;
  /** Sends this content, with its own size and hash in the headers: what stood there was replaced since. */
  changedTo?: Buffer;
  /** Sends whoever wants a file to the same path of another hub. */
  redirectTo?: string;
  /** How many requests this meets; all when absent. */
  times?: number;
  /** Only addresses that contain this. */
  only?: string;
}

export const BIG = 1000;

export function etagOf(name: string, content: Buffer): { oid: string; lfs: boolean } {
  const lfs = name.endsWith(".safetensors") || content.length > BIG;
  const hash = lfs
    ? createHash("sha256").update(content)
    : createHash("sha1").update(`blob ${content.length}\0`).update(content);
  return { oid: hash.digest("hex"), lfs };
}

export class FakeHub {
  readonly repositories: Record<string, FakeRepository> = {};
  readonly asked: string[] = [];
  readonly headers: IncomingMessage["headers"][] = [];
  /** Old name of a repository → its name now. */
  readonly renamed: Record<string, string> = {};
  trouble: Trouble = {};
  #met = 0;
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
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

  #troubled(url: string): boolean {
    const { times = Number.POSITIVE_INFINITY, only = "" } = this.trouble;
    return url.includes(only) && this.#met++ < times;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = decodeURIComponent(request.url ?? "");
    this.asked.push(`${request.method} ${url.split("?")[0]}`);
    this.headers.push(request.headers);
    const trouble = this.#troubled(url) ? this.trouble : {};
    if (trouble.silent === true) return;
    if (trouble.status !== undefined) {
      const code = trouble.code === undefined ? {} : { "x-error-code": trouble.code };
      const wait = trouble.retryAfter === undefined ? {} : { "retry-after": trouble.retryAfter };
      const quota = trouble.rateLimit === undefined ? {} : { ratelimit: trouble.rateLimit };
      response
        .writeHead(trouble.status, { ...code, ...wait, ...quota })
        .end(JSON.stringify({ error: "refused" }));
      return;
    }
    const old = Object.keys(this.renamed).find((name) => url.includes(`/${name}/`));
    if (old !== undefined) {
      const location = (request.url ?? "").replace(old, this.renamed[old] ?? "");
      response.writeHead(307, { location }).end();
      return;
    }
    if (url.startsWith("/api/models?")) {
      this.#search(response, new URL(`http://hub${request.url}`).searchParams);
      return;
    }
    const api = /^\/api\/models\/(.+?)\/(revision|tree)\/([^?]+)/.exec(url);
    const file = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(url);
    if (file !== null && trouble.redirectTo !== undefined) {
      response.writeHead(302, { location: `${trouble.redirectTo}${request.url}` }).end();
    } else if (api !== null) this.#describe(response, api[1] ?? "", api[2] ?? "", api[3] ?? "");
    else if (file !== null) this.#file(request, response, trouble, file[1] ?? "", file[3] ?? "");
    else response.writeHead(404).end();
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

  #describe(response: ServerResponse, id: string, kind: string, revision: string): void {
    const repository = this.repositories[id];
    if (repository === undefined) {
      response.writeHead(401, { "x-error-code": "RepoNotFound" }).end();
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
        ? tree(repository)
        : { _id: "1", id, sha, lastModified: 0, tags: repository.tags };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #file(
    request: IncomingMessage,
    response: ServerResponse,
    trouble: Trouble,
    id: string,
    name: string,
  ): void {
    const content = trouble.changedTo ?? this.repositories[id]?.files[name];
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
      "x-repo-commit": Object.values(this.repositories[id]?.refs ?? {})[0] ?? "",
      ...etagHeaders(name, content),
    });
    if (trouble.stall === true) response.write(sent.subarray(0, 1));
    else if (trouble.breakAfter === undefined) response.end(sent);
    else response.write(sent.subarray(0, trouble.breakAfter), () => response.destroy());
  }
}

function etagHeaders(name: string, content: Buffer): Record<string, string> {
  const { oid, lfs } = etagOf(name, content);
  const etag = `"${oid}"`;
  if (!lfs) return { etag };
  return { etag, "x-linked-etag": etag, "x-linked-size": String(content.length) };
}

function tree({ files }: FakeRepository): unknown[] {
  const entries = Object.entries(files).map(([path, content]) => {
    const { oid, lfs } = etagOf(path, content);
    const size = content.length;
    const apart = lfs ? { lfs: { oid, size, pointerSize: 130 } } : {};
    return { type: "file", path, size, oid: lfs ? "0".repeat(40) : oid, ...apart };
  });
  return [...entries, { type: "directory", path: "original", size: 0, oid: "0".repeat(40) }];
}
