// Encodings by name, and the counter of each. The next one is one line here and, where its publisher renders
// conversations in a way of its own, one function in chat-forms.ts. How texts are cut and joined is elsewhere.
import { Registry } from "../../core/registry.ts";
import { BytePairs, type Ranks } from "./byte-pairs.ts";
import {
  type Conversation,
  type CountChat,
  type CountText,
  llama3Chat,
  mistralV1Chat,
  mistralV3Chat,
  openAiChat,
} from "./chat-forms.ts";
import { cl100kPattern, llama3Pattern, o200kPattern, tekkenPattern } from "./patterns.ts";
import { type Pieces, SentencePieces } from "./sentence-pieces.ts";
import { needsFolder, unknownEncoding } from "./token-errors.ts";
import {
  cl100kRanks,
  llama3Ranks,
  mistralV1Pieces,
  mistralV3Pieces,
  o200kRanks,
  tekkenRanks,
} from "./vocabularies.ts";

/** `exact`: the model's own vocabulary; `same-family`: that of its open relatives; `estimate`: its vocabulary is secret. */
export type Exactness = "exact" | "same-family" | "estimate";

export interface TokenCounter {
  readonly encoding: string;
  readonly exactness: Exactness;
  /** The true number is not above tokens · (1 + errorBound). 0 where it is exact. */
  readonly errorBound: number;
  /** Of a text, without tokens that begin or end it. */
  text(text: string): number;
  /** Of a conversation as the model is trained on it. */
  messages(conversation: Conversation): number;
}

interface Encoding {
  readonly about: string;
  load(): Promise<TokenCounter>;
}

interface Bound {
  readonly exactness: Exactness;
  readonly errorBound: number;
}

const exact: Bound = { exactness: "exact", errorBound: 0 };

export function counterOf(
  encoding: string,
  { text, chat, bound = exact }: { text: CountText; chat: CountChat; bound?: Bound },
): TokenCounter {
  return {
    encoding,
    ...bound,
    text,
    messages: (conversation) => chat(text, conversation),
  };
}

const bytePairs = (name: string, ranks: Ranks, pattern: RegExp, chat: CountChat): TokenCounter => {
  const pairs = new BytePairs(ranks, pattern);
  return counterOf(name, { text: (text) => pairs.count(text), chat });
};

const sentencePieces = (name: string, pieces: Pieces, chat: CountChat): TokenCounter => {
  const counter = new SentencePieces(pieces);
  return counterOf(name, { text: (text) => counter.count(text), chat });
};

/**
 * What a service with a secret vocabulary counts, from what public ones do: the greatest of several, each times a factor
 * above what was measured (docs/tokens.md), so that the estimate is rather too high.
 */
async function estimate(
  name: string,
  factors: Readonly<Record<string, number>>,
  errorBound: number,
): Promise<TokenCounter> {
  const bases = await Promise.all(
    Object.entries(factors).map(async ([base, factor]) => ({
      counter: await tokenCounter(base),
      factor,
    })),
  );
  const greatest = (count: (counter: TokenCounter) => number): number =>
    Math.ceil(Math.max(...bases.map(({ counter, factor }) => count(counter) * factor)));
  return {
    encoding: name,
    exactness: "estimate",
    errorBound,
    text: (text) => greatest((counter) => counter.text(text)),
    messages: (conversation) => greatest((counter) => counter.messages(conversation)),
  };
}

const fromFolder = (name: string, models: string): Encoding => ({
  about: `${name}, with --tokenizer FOLDER`,
  load: async () => {
    throw needsFolder(name, models);
  },
});

export const encodings: Registry<Encoding> = new Registry<Encoding>(
  {
    o200k: {
      about: "GPT-4o, GPT-4.1, GPT-5, o1 and later",
      load: async () => bytePairs("o200k", await o200kRanks(), o200kPattern, openAiChat),
    },
    cl100k: {
      about: "GPT-4, GPT-3.5",
      load: async () => bytePairs("cl100k", await cl100kRanks(), cl100kPattern, openAiChat),
    },
    llama3: {
      about: "Llama 3 to 3.3",
      load: async () => bytePairs("llama3", llama3Ranks(), llama3Pattern, llama3Chat),
    },
    "mistral-v1": {
      about: "Mistral 7B to v0.2, Mixtral 8x7B",
      load: async () => sentencePieces("mistral-v1", mistralV1Pieces(), mistralV1Chat),
    },
    "mistral-v3": {
      about: "Mistral 7B v0.3, Mixtral 8x22B",
      load: async () => sentencePieces("mistral-v3", mistralV3Pieces(), mistralV3Chat),
    },
    tekken: {
      about: "Mistral Nemo, Ministral, Pixtral",
      load: async () => bytePairs("tekken", tekkenRanks(), tekkenPattern, mistralV3Chat),
    },
    claude: {
      about: "Claude, estimated",
      load: async () => await estimate("claude", { o200k: 1.35, cl100k: 1.2 }, 0.35),
    },
    gemini: {
      about: "Gemini, estimated",
      load: async () => await estimate("gemini", { o200k: 1.2 }, 0.35),
    },
    gemma: fromFolder("gemma", "a Gemma model"),
    qwen: fromFolder("qwen", "a Qwen model"),
  },
  ({ name, known, nearest }) => unknownEncoding(name, known, nearest),
);

const loaded = new Map<string, Promise<TokenCounter>>();

/**
 * The counter of an encoding; each is loaded once.
 * Throws UsageError FT-TOKENS-002 (no such encoding), ModelError FT-TOKENS-001 and -003 (its vocabulary is not there).
 */
export function tokenCounter(name: string): Promise<TokenCounter> {
  const encoding = encodings.get(name);
  const known = loaded.get(name) ?? encoding.load();
  loaded.set(name, known);
  return known;
}

/** Beginnings of models' names, of the longest first where one begins another. */
const families: readonly (readonly [beginning: RegExp, encoding: string])[] = [
  [/^(?:gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|gpt-oss|chatgpt|o[1-9])/, "o200k"],
  [/^(?:gpt-4|gpt-3\.5|gpt-35)/, "cl100k"],
  [/llama-?(?:3|4)/, "llama3"],
  [/^claude|anthropic/, "claude"],
  [/^gemini/, "gemini"],
  [/^gemma/, "gemma"],
  [/^qwen/, "qwen"],
  [/nemo|ministral|pixtral|devstral|magistral/, "tekken"],
  [/mistral-(?:large|medium|small)/, "tekken"],
  [/mistral-7b-(?:instruct-)?v0\.[12]|mixtral-8x7b/, "mistral-v1"],
  [/mistral|mixtral|codestral/, "mistral-v3"],
];

/** The encoding of a model by its name at its service; undefined where the name says nothing. */
export function encodingOfModel(model: string): string | undefined {
  const name = model.toLowerCase().replace(/^.*\//, "");
  return families.find(([beginning]) => beginning.test(name))?.[1];
}
