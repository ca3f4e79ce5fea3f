// One answer of a model: the prompt rendered, tokens decoded, text given out as it becomes certain.
import { setImmediate } from "node:timers/promises";
import { ConfigError, ModelError } from "../../core/errors.ts";
import { decode } from "../../generate/index.ts";
import { loadModel, type LoadModelOptions, type Model } from "../../generate/load-model.ts";
import { GenerateOptions, samplingFrom, unusedSampling } from "../../generate/options.ts";
import { type ModelSizes, requireKnownTokens } from "../../models/index.ts";
import { readTemplate, rendererOf, TextStream } from "../../text/index.ts";
import type { Message } from "../../text/types.ts";

export interface GenerateTextOptions extends Pick<LoadModelOptions, "onDownload" | "signal"> {
  /** Hub id, folder or builtin name; or a model that is loaded already and stays loaded. */
  model: string | Model;
  adapter?: string;
  /** Quantize a dense model to 4 bits while it is loaded. */
  loadIn4bit?: boolean | undefined;
  /** Text to continue as it is. */
  prompt?: string;
  /** Token ids to continue as they are. */
  ids?: readonly number[];
  /** Conversation to answer, rendered with `template`. */
  messages?: readonly Message[];
  /** Default: the one the adapter was trained with, else the model's own, else alpaca. */
  template?: string;
  maxTokens?: number | undefined;
  /** 0 is greedy. Default: 0, or 1 where topP or topK is given. */
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  seed?: number | undefined;
  /** Gets each piece of text once it is certain. */
  onText?: (text: string) => void;
}

/** The model ended its answer; `maxTokens` did; or the model's last position, which leaves no room for more. */
export type FinishReason = "stop" | "length" | "position-limit";

export interface GeneratedText {
  text: string;
  tokenIds: number[];
  promptTokens: number;
  /** Of generation, without loading. */
  tokensPerSecond: number;
  finishReason: FinishReason;
  /** What was asked for and could not be, or changes nothing. */
  warnings: string[];
}

function promptIds(options: GenerateTextOptions, model: Model): number[] {
  const { prompt = "", ids: given, messages, template } = options;
  const rendered = (): number[] | undefined => {
    if (messages === undefined) return undefined;
    const source = template === undefined ? model.template : readTemplate(template);
    return rendererOf(model.tokenizer, source).prompt(messages);
  };
  const whole = (): number[] => model.tokenizer.encode(prompt, { addSpecialTokens: true });
  const ids = [...(given ?? rendered() ?? whole())];
  requireKnownTokens(ids, model.loaded.sizes.vocabularySize);
  if (ids.length > 0) return ids;
  throw new ModelError("FT-GENERATE-001", {
    message: "the prompt is empty",
    hint: "give a prompt, or messages to answer",
  });
}

/** How many tokens can follow the prompt; the last of them needs no position any more. */
function roomFor(prompt: readonly number[], { positionLimit = Infinity }: ModelSizes): number {
  if (prompt.length <= positionLimit) return positionLimit - prompt.length + 1;
  throw new ModelError("FT-GENERATE-002", {
    message: `the prompt has ${prompt.length} tokens, and the model has learned ${positionLimit} positions`,
    hint: "ask with a shorter prompt",
  });
}

function checkedOptions(options: GenerateTextOptions): GenerateOptions {
  const { maxTokens, temperature, topP, topK, seed } = options;
  const parsed = GenerateOptions.safeParse({ maxTokens, temperature, topP, topK, seed });
  if (parsed.success) return parsed.data;
  throw new ConfigError("FT-GENERATE-003", {
    message: "options of generating text are not valid",
    problems: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
  });
}

async function answer(model: Model, options: GenerateTextOptions): Promise<GeneratedText> {
  const { tokenizer, loaded } = model;
  const prompt = promptIds(options, model);
  const stream = new TextStream(tokenizer);
  const tokenIds: number[] = [];
  const tell = (text: string): void => {
    if (text !== "") options.onText?.(text);
  };
  const started = performance.now();
  const settings = checkedOptions(options);
  const room = roomFor(prompt, loaded.sizes);
  const maxTokens = Math.min(settings.maxTokens, room);
  const { stopTokenIds } = tokenizer;
  const decoding = { ...samplingFrom(settings), maxTokens, stopTokenIds };
  for (const id of decode(loaded.model, prompt, decoding)) {
    tokenIds.push(id);
    tell(stream.add(id));
    // computing blocks the event loop: without a pause, Ctrl-C would wait for the whole answer
    await setImmediate();
    options.signal?.throwIfAborted();
  }
  tell(stream.end());
  const seconds = (performance.now() - started) / 1000;
  return {
    text: stream.text,
    tokenIds,
    promptTokens: prompt.length,
    tokensPerSecond: tokenIds.length / seconds,
    finishReason: finishReason(tokenIds.length, settings.maxTokens, room),
    warnings: [
      ...model.warnings,
      ...unusedSampling(settings),
      ...(tokenIds.length >= room && room < settings.maxTokens
        ? [atLastPosition(loaded.sizes)]
        : []),
    ],
  };
}

function finishReason(tokens: number, maxTokens: number, room: number): FinishReason {
  if (tokens < Math.min(maxTokens, room)) return "stop";
  return room < maxTokens ? "position-limit" : "length";
}

function atLastPosition({ positionLimit }: ModelSizes): string {
  return `the answer ends at the model's last position: it has learned ${positionLimit}, the prompt's among them`;
}

/** @throws what `loadModel` throws; FT-GENERATE-001 for an empty prompt, 002 for one that is too long, 003 for bad options. */
export async function generateText(options: GenerateTextOptions): Promise<GeneratedText> {
  if (typeof options.model !== "string") return await answer(options.model, options);
  const { adapter, loadIn4bit, onDownload, signal } = options;
  const model = await loadModel(options.model, {
    ...(adapter !== undefined && { adapter }),
    loadIn4bit,
    onDownload,
    signal,
  });
  try {
    return await answer(model, options);
  } finally {
    model.dispose();
  }
}
