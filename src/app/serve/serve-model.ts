// A model over HTTP: its process started, the server before it, until somebody ends both.
import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { basename, resolve } from "node:path";
import { ConfigError, UsageError } from "../../core/errors.ts";
import { expandHome } from "../../core/paths.ts";
import { systemError } from "../../core/system-errors.ts";
import {
  AdapterShelf,
  buildServer,
  Gate,
  Metrics,
  type ModelFacts,
  ModelHost,
  type Named,
  type Served,
  type ServeOptions,
} from "../../serve/index.ts";
import { readTemplate } from "../../text/index.ts";
import type { ModelStart } from "./model-messages.ts";
import type { ServingOptions } from "./options.ts";

export interface ServeModelOptions extends ServingOptions {
  /** Hub id, folder or builtin name; of a run or an adapter, its folder. */
  model: string;
  /** Aborting ends the server. */
  signal: AbortSignal;
}

export interface Listening {
  /** Of the server; the APIs are below `/v1`. */
  url: string;
  /** Null: any key is taken. */
  token: string | null;
  modelId: string;
  /** Of the encoder beside it. */
  encoderId: string | null;
  facts: ModelFacts;
  /** What the machine's network sees, in words; null where it sees nothing. */
  exposes: string | null;
  /** Resolves when the server has ended. */
  closed: Promise<void>;
}

const entry = new URL(
  import.meta.url.endsWith(".ts") ? "./model-process.ts" : "./model-process.js",
  import.meta.url,
);

/** Names of this machine that no other reaches. */
const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

const isEverywhere = (host: string): boolean => ["0.0.0.0", "::", "*"].includes(host);

/** Seconds a client has to send its headers. */
const headerSeconds = 10;

const megabyte = 1024 * 1024;

/** A folder's own name, where the model is one: its path is nobody's business. */
function named(model: string, modelId?: string): Named {
  const folder = resolve(expandHome(model));
  const id = modelId ?? (existsSync(folder) ? basename(folder) : model);
  return { id, names: [id, model] };
}

/** Throws UsageError FT-SERVE-011 where both have one name. */
function encoderOf({ embeddings }: ServeModelOptions, model: Named): Named | undefined {
  if (embeddings === undefined) return undefined;
  const encoder = named(embeddings);
  if (!model.names.some((name) => encoder.names.includes(name))) return encoder;
  throw new UsageError("FT-SERVE-011", {
    message: `the model and the encoder beside it are both called ${encoder.id}`,
    hint: "call the model something else: --model-id NAME",
  });
}

function tokenOf({ host, token }: ServeModelOptions): string | null {
  const given = token ?? process.env["FT_SERVE_TOKEN"];
  if (given !== undefined && given !== "") return given;
  return isLoopback(host) ? null : randomBytes(24).toString("base64url");
}

function hostsOf(host: string): string[] {
  if (isEverywhere(host)) return ["*"];
  return [(host.includes(":") ? `[${host}]` : host).toLowerCase()];
}

function serveOptions(options: ServeModelOptions): ServeOptions {
  const model = named(options.model, options.modelId);
  const { host, parallel, queue, timeout, maxBody, allowOrigin } = options;
  return {
    ...{ hosts: hostsOf(host), token: tokenOf(options), parallel, queue },
    origins: allowOrigin.map((origin) => origin.replace(/\/$/, "").toLowerCase()),
    ...{ model, encoder: encoderOf(options, model) },
    maxBodyBytes: maxBody * megabyte,
    ...{ seconds: timeout, headerSeconds },
  };
}

function shelfOf({ adapters }: ServeModelOptions): AdapterShelf {
  const folder = adapters === undefined ? undefined : resolve(expandHome(adapters));
  if (folder === undefined || (existsSync(folder) && statSync(folder).isDirectory()))
    return new AdapterShelf(folder);
  throw new ConfigError("FT-SERVE-008", {
    at: { file: folder },
    message: "there is no such folder of adapters",
    hint: "--adapters takes a folder with a folder for each adapter",
  });
}

function startOf(options: ServeModelOptions): Omit<ModelStart, "adapters"> {
  const { model, adapter, template, loadIn4bit, parallel, maxTokens, context } = options;
  return {
    ...{ encoder: options.embeddings, model, adapter, loadIn4bit, parallel, maxTokens, context },
    template: template === undefined ? undefined : readTemplate(template),
    prefixBytes: options.cacheMemory * megabyte,
  };
}

const hasNoAddress = (error: unknown): boolean =>
  ["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL"].includes((error as NodeJS.ErrnoException).code ?? "");

/** Why the system does not let a server listen. */
const refusalOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code === "EADDRINUSE"
    ? "another program uses that port"
    : (systemError(error)?.message ?? String(error));

async function listen(served: Served, { host, port }: ServeModelOptions) {
  const app = buildServer(served);
  try {
    await app.listen({ host: host === "*" ? "0.0.0.0" : host, port });
    return app;
  } catch (cause) {
    throw new UsageError("FT-SERVE-009", {
      message: `the server cannot listen on ${host}, port ${port}: ${refusalOf(cause)}`,
      hint: hasNoAddress(cause)
        ? "give another --host: an address of this machine"
        : "give another --port, or --port 0 for a free one",
      cause,
    });
  }
}

function urlOf({ address, port, family }: AddressInfo): string {
  const isAny = isEverywhere(address);
  const host = isAny ? "127.0.0.1" : family === "IPv6" ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

function exposed({ host, adapters }: ServeModelOptions): string | null {
  if (isLoopback(host)) return null;
  const where = isEverywhere(host) ? "every network of this machine" : host;
  const more = adapters === undefined ? "" : ", and load the adapters of its folder";
  return (
    `the server listens on ${where}, without encryption: whoever has the token can ask the model ` +
    `anything${more}`
  );
}

/** Resolves when the model is loaded and the server listens. @throws FtError of loading; FT-SERVE-008, 009, 011, 012. */
export async function serveModel(options: ServeModelOptions): Promise<Listening> {
  const settings = serveOptions(options);
  const shelf = shelfOf(options);
  const start = startOf(options);
  const host = new ModelHost({ entry, request: (adapters) => ({ ...start, adapters }) });
  const started = Math.floor(Date.now() / 1000);
  const served = {
    ...{ options: settings, host, shelf, started },
    ...{ gate: new Gate(options), metrics: new Metrics() },
  };
  const stop = (): void => void host.close();
  options.signal.addEventListener("abort", stop, { once: true });
  try {
    const facts = await host.ready;
    const app = await listen(served, options);
    const closed = ended(options.signal).then(async () => {
      await app.close();
      await host.close();
    });
    const { model, encoder, token } = settings;
    const url = urlOf(app.server.address() as AddressInfo);
    const names = { modelId: model.id, encoderId: encoder?.id ?? null };
    return { url, token, ...names, facts, exposes: exposed(options), closed };
  } catch (error) {
    await host.close();
    options.signal.throwIfAborted();
    throw error;
  }
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
