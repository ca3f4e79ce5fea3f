// One answer of a model: the prompt rendered, text given out as it becomes certain.
import { endedBy } from "../../core/ended-by.ts";
import type { FinishReason, GenerationEnd } from "../../generate/index.ts";
import { loadModel, type LoadModelOptions, type Model } from "../../generate/load-model.ts";
import { unusedSampling } from "../../generate/options.ts";
import { type Asked, checkedOptions, requestOf } from "./request.ts";

/** What to ask, which model, and how tokens are chosen. */
export interface GenerateTextOptions
  extends Asked, Pick<LoadModelOptions, "onDownload" | "signal"> {
  /** Hub id, folder or builtin name; or a model that is loaded already and stays loaded. */
  model: string | Model;
  adapter?: string;
  /** Quantize a dense model to 4 bits while it is loaded. */
  loadIn4bit?: boolean | undefined;
  /** Gets each piece of text once it is certain. */
  onText?: (text: string) => void;
}

/** An answer, with its tokens and how it ended. */
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

async function answer(model: Model, options: GenerateTextOptions): Promise<GeneratedText> {
  const settings = checkedOptions(options);
  const generation = model.engine.submit(requestOf(model, options, settings), ({ text }) => {
    if (text !== "") options.onText?.(text);
  });
  const end = await endedBy(generation, options.signal).ended;
  options.signal?.throwIfAborted();
  return told(model, end, unusedSampling(settings));
}

function told(model: Model, end: GenerationEnd, unused: readonly string[]): GeneratedText {
  const { text, tokenIds, promptTokens, finishReason, seconds } = end;
  const { positionLimit } = model.loaded.sizes;
  const atLast =
    finishReason === "position-limit"
      ? [
          `the answer ends at the model's last position: it has learned ${positionLimit}, the prompt's among them`,
        ]
      : [];
  const tokensPerSecond = tokenIds.length / seconds.all;
  const warnings = [...model.warnings, ...unused, ...atLast];
  return { text, tokenIds, promptTokens, tokensPerSecond, finishReason, warnings };
}

/**
 * Lets a model answer a prompt or a conversation, once, and returns when the answer has ended.
 * @throws what `loadModel` throws; FT-GENERATE-001 for an empty prompt, 002 for one that is too long, 003 for bad options.
 */
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
