// A model of a service, ready to be asked, from its kind and the environment. One request a call: asking again, taking
// turns and paying are the caller's.
import type { Environment } from "../core/paths.ts";
import { addressOf, isHere, keyOf } from "./environment.ts";
import { explained, missingAddress, missingKey, missingModel } from "./errors.ts";
import { ProviderFailure } from "./failures.ts";
import { exchange, type Exchange, type Fetch } from "./post.ts";
import { providerKinds } from "./registry.ts";
import type { ChatReply, ChatRequest, Provider, ProviderKind, SchemaForm } from "./types.ts";

export interface ConnectOptions {
  /** In turn: where one fails, the next is asked. None: the service's usual one. */
  models?: readonly string[];
  /** Another address than the environment's or the usual one. */
  baseUrl?: string | undefined;
  environment: Environment;
  /** Milliseconds that one answer may take; a minute unless said. */
  timeout?: number;
  /** Nothing will be asked: a key may be missing. */
  isForEstimate?: boolean;
  fetch?: Fetch;
}

const weaker: Readonly<Record<SchemaForm, SchemaForm | undefined>> = {
  schema: "json",
  json: "words",
  words: undefined,
};

/** Servers that know no schemas refuse requests that carry one. */
const isAboutForm = ({ kind, message, status }: ProviderFailure): boolean =>
  (kind === "rejected" || status === 501) &&
  /response_?format|json_?schema|response_?json|structured|output_config|"?format"?\b|schema/i.test(
    message,
  );

interface Service {
  name: string;
  kind: ProviderKind;
  url: URL;
  models: readonly string[];
  exchange: Omit<Exchange, "url" | "body">;
}

class HttpProvider implements Provider {
  readonly name: string;
  readonly models: readonly string[];
  readonly identity: string;
  readonly leavesTo: string | undefined;
  readonly keepsSchemas = false;
  readonly #service: Service;
  /** By model: the strongest form that it has not refused. */
  readonly #forms = new Map<string, SchemaForm>();

  constructor(service: Service) {
    const { name, kind, url, models } = service;
    this.#service = service;
    this.name = name;
    this.models = models;
    const address = `${url.origin}${url.pathname}`.replace(/\/$/, "");
    this.identity = address === kind.address ? name : `${name} ${address}`;
    this.leavesTo = isHere(url) ? undefined : url.host;
  }

  async ask(model: string, request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const form = this.#forms.get(model) ?? "schema";
    try {
      return await this.#ask(model, request, form, signal);
    } catch (error) {
      const next = request.schema === undefined ? undefined : weaker[form];
      if (!(error instanceof ProviderFailure) || next === undefined || !isAboutForm(error))
        throw error;
      this.#forms.set(model, next);
      const message = `${model} takes no ${form}: asked for in other words (${error.message})`;
      throw new ProviderFailure("weakened", message, { cause: error });
    }
  }

  async close(): Promise<void> {
    // requests hold no connection of ours
  }

  async #ask(
    model: string,
    request: ChatRequest,
    form: SchemaForm,
    signal: AbortSignal,
  ): Promise<ChatReply> {
    const { kind, url, exchange: how } = this.#service;
    const { path, headers, body } = kind.write(model, request, form);
    const told = { ...how, headers: { ...how.headers, ...headers } };
    const json = await exchange({ ...told, url: addressFor(url, path), body }, signal);
    const reply = kind.read(json);
    if (reply !== undefined) return reply;
    const message = "an answer of another shape than this service's";
    throw new ProviderFailure("unreadable", message, { status: 200, isLost: true });
  }
}

function addressFor(base: URL, path: string): string {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, "")}${path}`;
  return url.href;
}

async function listed({ kind, url, exchange: how }: Service): Promise<string[]> {
  if (kind.list === undefined) return [];
  const json = await exchange({ ...how, url: addressFor(url, kind.list.path) });
  return kind.list.read(json);
}

/** The only model that a server has, or an error that lists them. */
async function onlyModel(service: Service): Promise<string> {
  const who = { ...service, keys: service.kind.keys, host: service.url.host };
  const names = await listed(service).catch((error: unknown) => {
    throw error instanceof ProviderFailure ? explained(error, who) : error;
  });
  const [only] = names;
  if (only === undefined || names.length > 1) throw missingModel(service.name, names);
  return only;
}

function serviceOf(name: string, options: ConnectOptions): Service {
  const { environment, baseUrl, timeout = 60_000 } = options;
  const kind = providerKinds.get(name);
  const url = addressOf(kind, environment, baseUrl);
  if (url === undefined) throw missingAddress(name, kind.addresses);
  const key = keyOf(kind, environment);
  const wantsKey = kind.needsKey && !isHere(url) && options.isForEstimate !== true;
  if (key === undefined && wantsKey) throw missingKey(name, kind.about, kind.keys);
  const headers: Record<string, string> = key === undefined ? {} : { ...kind.authorization(key) };
  const secrets = [key ?? "", url.password].filter((secret) => secret !== "");
  if (url.username !== "") {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers["authorization"] ??= `Basic ${Buffer.from(pair).toString("base64")}`;
    url.username = url.password = "";
  }
  const how = { fetch: options.fetch ?? fetch, headers, timeout, secrets };
  return { name, kind, url, models: options.models ?? [], exchange: how };
}

/**
 * @throws UsageError FT-PROVIDER-001 for an unknown name, 003 and 004 for its address, 005 where it must be said which
 * model; ConfigError 002 without a key.
 */
export async function connect(name: string, options: ConnectOptions): Promise<Provider> {
  const service = serviceOf(name, options);
  if (service.models.length > 0) return new HttpProvider(service);
  const model = service.kind.model ?? (await onlyModel(service));
  return new HttpProvider({ ...service, models: [model] });
}

/** The models that a service says it has. @throws as `connect` without a model, ProviderError where it does not answer. */
export async function connectedModels(name: string, options: ConnectOptions): Promise<string[]> {
  const service = serviceOf(name, options);
  const { kind, url } = service;
  return await listed(service).catch((error: unknown) => {
    if (!(error instanceof ProviderFailure)) throw error;
    throw explained(error, { name, keys: kind.keys, host: url.host, models: [] });
  });
}

/** Whether Ollama runs at its address and has a model. */
export async function ollamaModels(
  environment: Environment,
  options: Pick<ConnectOptions, "fetch"> = {},
): Promise<string[]> {
  const service = serviceOf("ollama", { environment, timeout: 1000, ...options });
  return await listed(service).catch(() => []);
}
