// Tinker on the loopback address: sessions, models that really learn (fake-tinker-model.ts), futures, checkpoints. Holds
// every request with its body decoded, carries them out in the order of their numbers, and can be told to fail in all the
// ways that a network has.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Zstd } from "@hpcc-js/wasm-zstd";
import { PROTOBUF } from "../../src/remote/tinker/http.ts";
import { type FakeAdam, FakeBigram } from "./fake-tinker-model.ts";
import {
  type FakePass,
  passJsonOf,
  passMessageOf,
  passOf,
  passOfJson,
  sampleJsonOf,
  sampleMessageOf,
} from "./fake-tinker-wire.ts";

type Json = Record<string, unknown>;

export interface TinkerAsked {
  /** From 0. */
  number: number;
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  /** Decoded, whatever it came in. */
  body: Json;
  /** How often this path was asked before. */
  before: number;
}

/** What goes wrong with one request. */
export interface TinkerTrouble {
  /** The connection ends: before anything is done, or after all of it. */
  drop?: "before" | "after";
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  /** Bytes in the place of an answer, as this type. */
  raw?: Uint8Array;
  contentType?: string;
  /** Milliseconds before it answers. */
  delay?: number;
  /** It answers once this has come. */
  after?: Promise<unknown>;
}

interface FakeResult {
  message?: Uint8Array;
  json: object;
}

interface FakeFuture {
  id: string;
  result?: FakeResult;
  waiting: (() => void)[];
}

interface FakeRun {
  id: string;
  base: string;
  rank: number;
  model: FakeBigram;
  /** The number of the request that is carried out next. */
  next: number;
  later: Map<number, () => void>;
  /** Numbers and kinds, as they were carried out. */
  done: { seq: number; kind: string }[];
  byNumber: Map<number, FakeFuture>;
}

export interface FakeCheckpoint {
  uri: string;
  run: FakeRun;
  model: FakeBigram;
  time: string;
}

export interface FakeTinkerOptions {
  models?: readonly string[];
  vocabulary?: number;
  /** Over the usual flags. */
  config?: Json;
  /** What a base model's tokens are called. */
  tokenizer?: string;
  /** Files of each checkpoint, in PEFT's form. */
  files?: Record<string, Uint8Array>;
  /** An archive in the place of the files. */
  archive?: Uint8Array;
  key?: string;
  /** Most entries of a page of a list, whatever is asked for. */
  page?: number;
  /** What a session is greeted with: `warning_message` and the like. */
  greeting?: Json;
  /** Results are JSON, whatever is asked for. */
  answersJson?: boolean;
}

const stopTokens = [2];

export class FakeTinker {
  readonly asked: TinkerAsked[] = [];
  readonly runs = new Map<string, FakeRun>();
  readonly checkpoints = new Map<string, FakeCheckpoint>();
  readonly #futures = new Map<string, FakeFuture>();
  readonly #samplers = new Map<string, { model: FakeBigram; base: string; path: string | null }>();
  readonly #byKey = new Map<string, Json>();
  readonly options: FakeTinkerOptions;
  trouble: (asked: TinkerAsked) => TinkerTrouble | undefined = () => undefined;
  url = "";
  readonly #server: Server = createServer(
    (request, response) => void this.#serve(request, response),
  );

  constructor(options: FakeTinkerOptions = {}) {
    this.options = options;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this.url;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  environment(): Record<string, string> {
    return { TINKER_BASE_URL: this.url, TINKER_API_KEY: this.options.key ?? "tml-of-the-tests" };
  }

  /** The run that was made last. */
  get lastRun(): FakeRun {
    const run = [...this.runs.values()].at(-1);
    if (run === undefined) throw new Error("no run");
    return run;
  }

  bodies(path: string): Json[] {
    return this.asked.filter((one) => one.path === `/api/v1/${path}`).map(({ body }) => body);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const asked = await this.#read(request);
      const trouble = this.trouble(asked);
      if (trouble?.delay !== undefined) await sleep(trouble.delay);
      await trouble?.after;
      if (trouble?.drop === "before") return void response.destroy();
      if (trouble?.raw !== undefined) {
        response.writeHead(200, { "content-type": trouble.contentType ?? PROTOBUF });
        return void response.end(trouble.raw);
      }
      if (trouble?.status !== undefined)
        return send(
          response,
          trouble.status,
          trouble.json ?? { detail: "as told" },
          trouble.headers,
        );
      await this.#answer(asked, response, trouble?.drop === "after");
    } catch (error) {
      send(response, 400, { detail: error instanceof Error ? error.message : String(error) });
    }
  }

  async #read(request: IncomingMessage): Promise<TinkerAsked> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { pathname: path, searchParams: query } = new URL(request.url ?? "", "http://fake");
    const asked = {
      ...{
        number: this.asked.length,
        method: request.method ?? "",
        path,
        query,
        headers: request.headers,
      },
      body: await decoded(request.headers, Buffer.concat(parts)),
      before: this.asked.filter((one) => one.path === path).length,
    };
    this.asked.push(asked);
    return asked;
  }

  async #answer(asked: TinkerAsked, response: ServerResponse, dropped: boolean): Promise<void> {
    const { path, headers } = asked;
    if (path.startsWith("/files/")) return this.#file(path, response);
    const key = headers["x-api-key"];
    if (key !== (this.options.key ?? "tml-of-the-tests") && key !== "eyJ.fake.jwt")
      return send(response, 401, { detail: "no such key" });
    if (path === "/api/v1/retrieve_future") return await this.#retrieve(asked, response, dropped);
    const idempotency = headers["x-idempotency-key"] as string | undefined;
    const known = idempotency === undefined ? undefined : this.#byKey.get(idempotency);
    const made = known ?? this.#route(asked);
    if (idempotency !== undefined && made !== undefined) this.#byKey.set(idempotency, made);
    if (dropped) return void response.destroy();
    if (made === undefined) return send(response, 404, { detail: "Not Found" });
    const { status = 200, ...body } = made;
    send(response, status as number, body);
  }

  async #retrieve(
    { body, headers }: TinkerAsked,
    response: ServerResponse,
    dropped: boolean,
  ): Promise<void> {
    const future = this.#futures.get(body["request_id"] as string);
    if (future === undefined) return send(response, 410, { detail: "promise is gone" });
    if (future.result === undefined)
      await Promise.race([new Promise<void>((done) => future.waiting.push(done)), sleep(200)]);
    if (dropped) return void response.destroy();
    const { result } = future;
    if (result === undefined) {
      return send(response, 200, {
        type: "try_again",
        request_id: future.id,
        queue_state: "active",
      });
    }
    const isAsked = headers.accept?.includes(PROTOBUF) && this.options.answersJson !== true;
    if (result.message !== undefined && isAsked) {
      response.writeHead(200, { "content-type": PROTOBUF });
      return void response.end(result.message);
    }
    send(response, 200, result.json);
  }

  /** The answer of a call; undefined where there is no such call. */
  #route({ method, path, body, query }: TinkerAsked): Json | undefined {
    const call = `${method} ${path.replace("/api/v1/", "")}`;
    const plain: Record<string, () => Json> = {
      "POST client/config": () => ({ ...this.options.config }),
      "POST client/dynamic_config": () => ({}),
      "POST auth/token": () => ({ jwt: "eyJ.fake.jwt" }),
      "POST telemetry": () => ({ status: "accepted" }),
      "POST create_session": () => ({
        ...{ type: "create_session", session_id: randomUUID(), ...this.options.greeting },
      }),
      "POST session_heartbeat": () => ({ type: "session_heartbeat" }),
      "GET healthz": () => ({ status: "ok" }),
      "GET get_server_capabilities": () => ({ supported_models: this.#offered() }),
      "POST create_model": () => this.#createModel(body),
      "POST load_weights": () => this.#loadWeights(body),
      "POST get_info": () => this.#info(body),
      "POST forward_backward": () => this.#pass(body as unknown as FakePass),
      "POST forward": () => this.#pass(body as unknown as FakePass),
      "POST optim_step": () => this.#step(body),
      "POST save_weights": () => this.#save(body, "weights"),
      "POST save_weights_for_sampler": () => this.#save(body, "sampler_weights"),
      "POST save_weights_external": () => this.#save(body, "external_weights"),
      "POST create_sampling_session": () => this.#openSampler(body),
      "POST asample": () => this.#sample(body),
      "POST weights_info": () => this.#weightsInfo(body),
      "GET training_runs": () => this.#listRuns(query),
      "GET checkpoints": () => {
        const all = [...this.checkpoints.values()].map(describe).toReversed();
        return { checkpoints: this.#page(all, query), cursor: cursorOf(all, query) };
      },
    };
    return plain[call]?.() ?? this.#ofSampler(call) ?? this.#ofRun(call);
  }

  #ofSampler(call: string): Json | undefined {
    const [, name = ""] = /^GET samplers\/(.+)$/.exec(call) ?? [];
    const found = this.#samplers.get(decodeURIComponent(name));
    if (found === undefined) return undefined;
    return { sampler_id: decodeURIComponent(name), base_model: found.base, model_path: found.path };
  }

  #ofRun(call: string): Json | undefined {
    const found =
      /^(GET|DELETE|PUT) training_runs\/([^/]+)\/checkpoints(?:\/([a-z_]+\/[^/]+)(?:\/([a-z_]+))?)?$/.exec(
        call,
      );
    if (found === null) return undefined;
    const [, method, id = "", checkpoint, what] = found;
    const runId = decodeURIComponent(id);
    if (checkpoint === undefined)
      return this.#listCheckpoints(
        [...this.checkpoints.values()].filter(({ run }) => run.id === runId),
      );
    const uri = `tinker://${runId}/${checkpoint}`;
    if (!this.checkpoints.has(uri)) return { status: 404, detail: `no checkpoint ${uri}` };
    if (method === "PUT") return {};
    if (method === "DELETE") {
      this.checkpoints.delete(uri);
      return {};
    }
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    if (what === "archive") return { url: `${this.url}/files/archive.tar`, expires };
    if (what !== "external_weights_urls" || this.options.files === undefined) return undefined;
    const names = Object.keys(this.options.files);
    const urls = Object.fromEntries(
      names.map((name) => [name, `${this.url}/files/${encodeURIComponent(name)}`]),
    );
    return { urls, expires };
  }

  #file(path: string, response: ServerResponse): void {
    const name = decodeURIComponent(path.slice("/files/".length));
    const bytes = name === "archive.tar" ? this.options.archive : this.options.files?.[name];
    if (bytes === undefined) return send(response, 404, { detail: "no such file" });
    response.writeHead(200, { "content-length": bytes.length });
    response.end(bytes);
  }

  #offered(): Json[] {
    const { models = ["Qwen/Qwen3-8B"] } = this.options;
    return models.map((model_name) => ({
      model_name,
      max_context_length: 32_768,
      trainable: true,
      sampleable: true,
    }));
  }

  #newFuture(): FakeFuture {
    const future: FakeFuture = { id: randomUUID(), waiting: [] };
    this.#futures.set(future.id, future);
    return future;
  }

  #settle(future: FakeFuture, result: FakeResult): void {
    future.result = result;
    for (const done of future.waiting.splice(0)) done();
  }

  #done(result: FakeResult, more: Json = {}): Json {
    const future = this.#newFuture();
    this.#settle(future, result);
    return { request_id: future.id, ...more };
  }

  #createModel(body: Json): Json {
    const base = body["base_model"] as string;
    if (!this.#offered().some(({ model_name }) => model_name === base))
      return { status: 400, detail: `${base} is not offered` };
    const { rank } = body["lora_config"] as { rank: number };
    const run = this.#newRun(body, base, rank, new FakeBigram(this.options.vocabulary ?? 512));
    return this.#done({ json: { model_id: run.id, type: "create_model" } }, { model_id: run.id });
  }

  #newRun(body: Json, base: string, rank: number, model: FakeBigram): FakeRun {
    const id = `${String(body["session_id"])}:train:${String(body["model_seq_id"])}`;
    const run = { id, base, rank, model, next: 1, later: new Map(), done: [], byNumber: new Map() };
    this.runs.set(id, run);
    return run;
  }

  #loadWeights(body: Json): Json {
    const kept = this.checkpoints.get(body["path"] as string);
    if (kept === undefined) return { status: 404, detail: `no checkpoint ${String(body["path"])}` };
    const { run, model } = kept;
    this.#newRun(body, run.base, run.rank, model.copy(body["optimizer"] as boolean));
    return this.#done({ json: { type: "load_weights", path: kept.uri } });
  }

  #info(body: Json): Json {
    const run = this.#runOf(body);
    const tokenizer_id = this.options.tokenizer ?? run.base;
    return {
      ...{ type: "get_info", model_id: run.id, is_lora: true, lora_rank: run.rank },
      ...{
        model_name: run.base,
        model_data: { arch: "bigram", model_name: run.base, tokenizer_id },
      },
    };
  }

  #runOf(body: { model_id?: unknown }): FakeRun {
    const run = this.runs.get(body.model_id as string);
    if (run === undefined) throw new Error(`no model ${String(body.model_id)}`);
    return run;
  }

  /** Carried out once all before it are; the same number twice is one request. */
  #inOrder(
    body: { model_id?: unknown; seq_id?: unknown },
    kind: string,
    act: (run: FakeRun) => FakeResult,
  ): Json {
    const run = this.#runOf(body);
    const seq = body.seq_id as number;
    const known = run.byNumber.get(seq);
    if (known !== undefined) return { request_id: known.id, model_id: run.id };
    const future = this.#newFuture();
    run.byNumber.set(seq, future);
    run.later.set(seq, () => {
      run.done.push({ seq, kind });
      this.#settle(future, act(run));
    });
    for (
      let ready = run.later.get(run.next);
      ready !== undefined;
      ready = run.later.get(run.next)
    ) {
      run.later.delete(run.next);
      run.next += 1;
      ready();
    }
    return { request_id: future.id, model_id: run.id };
  }

  #pass(pass: FakePass): Json {
    const kind = pass.forward_only ? "forward" : "forward_backward";
    return this.#inOrder(pass, kind, ({ model }) => {
      const logprobs = pass.data.map((datum) => model.pass(datum, !pass.forward_only));
      const sums = pass.data.map(({ weights }, at) =>
        weights.reduce(
          (sum, weight, position) => sum - weight * (logprobs[at]?.[position] ?? 0),
          0,
        ),
      );
      const metrics = { "loss:sum": sums.reduce((a, b) => a + b, 0), "clock_cycle:unique": 1 };
      return { message: passMessageOf(logprobs, metrics), json: passJsonOf(logprobs, metrics) };
    });
  }

  #step(body: Json): Json {
    return this.#inOrder(body, "optim_step", ({ model }) => {
      model.step(body["adam_params"] as FakeAdam);
      return { json: { type: "optim_step", metrics: {} } };
    });
  }

  #save(body: Json, folder: string): Json {
    const run = this.#runOf(body);
    const name = (body["path"] as string | undefined) ?? randomUUID();
    const uri = `tinker://${run.id}/${folder}/${name}`;
    const isKnown = run.byNumber.has(body["seq_id"] as number);
    if (!isKnown && this.checkpoints.has(uri))
      return { status: 409, detail: `${uri} is there already` };
    return this.#inOrder(body, folder, ({ model }) => {
      this.checkpoints.set(uri, { uri, run, model: model.copy(), time: new Date().toISOString() });
      return {
        json: { path: uri, type: body["type"] },
      };
    });
  }

  #openSampler(body: Json): Json {
    const path = body["model_path"] as string | undefined;
    const kept = path === undefined ? undefined : this.checkpoints.get(path);
    if (path !== undefined && kept === undefined)
      return { status: 404, detail: `no checkpoint ${path}` };
    const id = `${String(body["session_id"])}:sample:${String(body["sampling_session_seq_id"])}`;
    const base = kept?.run.base ?? (body["base_model"] as string);
    const model = kept?.model ?? new FakeBigram(this.options.vocabulary ?? 512);
    this.#samplers.set(id, { model, base, path: path ?? null });
    return { sampling_session_id: id, type: "create_sampling_session" };
  }

  #sample(body: Json): Json {
    const model = this.#samplers.get(body["sampling_session_id"] as string)?.model;
    if (model === undefined) return { status: 404, detail: "no such sampler" };
    const { chunks } = body["prompt"] as { chunks: { tokens: number[] }[] };
    const tokens = chunks.flatMap((chunk) => chunk.tokens);
    const { max_tokens = 16, stop } = body["sampling_params"] as {
      max_tokens?: number;
      stop?: number[];
    };
    const sampled = model.answer(tokens, max_tokens, stop ?? stopTokens);
    const prompt =
      body["prompt_logprobs"] === true
        ? tokens.map((token, at) =>
            at === 0 ? Number.NaN : (model.after(tokens[at - 1] ?? 0)[token] ?? -Infinity),
          )
        : undefined;
    return this.#done(
      { message: sampleMessageOf(sampled, prompt), json: sampleJsonOf(sampled, prompt) },
      { sample_sequence_ids: [randomUUID()] },
    );
  }

  #weightsInfo(body: Json): Json {
    const kept = this.checkpoints.get(body["tinker_path"] as string);
    if (kept === undefined) return { status: 404, detail: "no such checkpoint" };
    return { base_model: kept.run.base, is_lora: true, lora_rank: kept.run.rank };
  }

  #page<T>(all: readonly T[], query: URLSearchParams): T[] {
    const [offset, limit] = [Number(query.get("offset") ?? 0), Number(query.get("limit") ?? 20)];
    return all.slice(offset, offset + Math.min(limit, this.options.page ?? 1000));
  }

  #listRuns(query: URLSearchParams): Json {
    const runs = [...this.runs.values()].toReversed();
    const training_runs = runs.map((run) => {
      const last = (folder: string): Json | null => {
        const own = [...this.checkpoints.values()].filter((one) => one.run === run);
        const found = own.findLast(({ uri }) => uri.split("/")[3] === folder);
        return found === undefined ? null : describe(found);
      };
      return {
        ...{ training_run_id: run.id, base_model: run.base, model_owner: "tests", is_lora: true },
        ...{ lora_rank: run.rank, last_request_time: new Date().toISOString() },
        ...{ last_checkpoint: last("weights"), last_sampler_checkpoint: last("sampler_weights") },
      };
    });
    return {
      training_runs: this.#page(training_runs, query),
      cursor: cursorOf(training_runs, query),
    };
  }

  #listCheckpoints(of: readonly FakeCheckpoint[]): Json {
    const checkpoints = of.map(describe).toReversed();
    return { checkpoints, cursor: { offset: 0, limit: 100, total_count: checkpoints.length } };
  }
}

const cursorOf = ({ length }: readonly unknown[], query: URLSearchParams): Json => ({
  offset: Number(query.get("offset") ?? 0),
  limit: Number(query.get("limit") ?? 20),
  total_count: length,
});

function describe({ uri, time }: FakeCheckpoint): Json {
  const [, , , folder = "", name = ""] = uri.split("/");
  const kinds: Json = {
    weights: "training",
    sampler_weights: "sampler",
    external_weights: "external",
  };
  return {
    ...{ checkpoint_id: `${folder}/${name}`, checkpoint_type: kinds[folder], time },
    ...{ tinker_path: uri, size_bytes: 1000, public: false },
  };
}

async function decoded(headers: IncomingMessage["headers"], bytes: Buffer): Promise<Json> {
  const isSmall = headers["content-encoding"] === "zstd";
  const plain = isSmall ? (await Zstd.load()).decompress(bytes) : bytes;
  if (headers["content-type"] === PROTOBUF) return passOf(plain) as unknown as Json;
  if (plain.length === 0) return {};
  const body = JSON.parse(Buffer.from(plain).toString("utf8")) as Json;
  const isPass = "forward_backward_input" in body || "forward_input" in body;
  return isPass ? (passOfJson(body) as unknown as Json) : body;
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
