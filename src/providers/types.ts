// What is asked of a service that answers with text, and what comes back: words that its parts share. Types only.
import type { JsonObject } from "./json.ts";

export interface ChatRequest {
  system: string;
  prompt: string;
  /** The answer is to be JSON of this schema. */
  schema?: { name: string; schema: JsonObject };
  /** Tokens of the answer. */
  maxTokens: number;
  temperature?: number;
  /** For services that draw by it; others pass it over. */
  seed?: number;
}

export interface Usage {
  tokensIn: number;
  tokensOut: number;
  /** Billionths of a dollar, where the service itself says what it takes. */
  cost?: number;
}

export interface ChatReply {
  text: string;
  /** `length`: cut at `maxTokens`. `refused`: the service or its model would not answer. */
  end: "stop" | "length" | "refused";
  /** Absent where the service did not say. */
  usage?: Usage;
}

export interface AnswerKeeping {
  /** Milliseconds. */
  timeToLive: number;
  /** Whether one answer is for all who ask the same; else each unit of a job asks for itself. */
  isShared: boolean;
}

/** A model of a service, ready to be asked. Our own engine is one too. */
export interface Provider {
  /** As it is named in the registry. */
  readonly name: string;
  /** The first is asked; where it fails, the next. */
  readonly models: readonly string[];
  /** What makes its answers others than those of a provider of the same name: its address, where that is not the usual. */
  readonly identity: string;
  /** Where prompts go: undefined while they stay on this machine. */
  readonly leavesTo: string | undefined;
  /**
   * Whether its answers keep to every word of a schema. Services that take a part of JSON Schema get what all of them
   * take.
   */
  readonly keepsSchemas: boolean;
  /** How long its answers are kept and for whom; for ever and for all who ask the same, unless said. */
  keeping?: AnswerKeeping;
  /** One request. Throws ProviderFailure. */
  ask(model: string, request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
  close(): Promise<void>;
}

/** One HTTP request of a service, without its address and key. */
export interface WireRequest {
  /** After the base address. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body: JsonObject;
}

/** How strongly the form of the answer is asked for: by schema, as JSON, or in words alone. */
export type SchemaForm = "schema" | "json" | "words";

/** A service: what is known of it without asking. The next one is a file with this and a line in the registry. */
export interface ProviderKind {
  about: string;
  /** Environment variables that hold its key, the first that is set counts. */
  keys: readonly string[];
  /** Whether it answers nobody without a key; never asked for on this machine. */
  needsKey: boolean;
  /** With the path that all its requests begin with. */
  address: string | undefined;
  /** Environment variables with another address. */
  addresses: readonly string[];
  /** Of the answers' model, where none is named. */
  model: string | undefined;
  /** Environment variable that names another. */
  modelVariable?: string;
  /** Headers that carry the key. */
  authorization(key: string): Readonly<Record<string, string>>;
  write(model: string, request: ChatRequest, form: SchemaForm): WireRequest;
  /** What an answer of status 200 says; undefined where it is none. */
  read(body: unknown): ChatReply | undefined;
  /** Where it lists its models, and their names in that list. */
  list?: { path: string; read(body: unknown): string[] };
}
