// A model, or one of its adapters, as requests meet it: how conversations read with its template, in which format its
// answers come, and how many tokens there is room for. Runs no model.
import { ConfigError, ModelError } from "../../core/errors.ts";
import type { GenerationRequest } from "../../generate/index.ts";
import type { Model } from "../../generate/load-model.ts";
import { requireKnownTokens } from "../../models/index.ts";
import type { AnswerRequest, Prompt } from "../../serve/index.ts";
import {
  type AnswerFormat,
  AnswerReader,
  needsTelling,
  rendererOf,
  type TemplateSource,
  toldTools,
  toldToolsFormat,
} from "../../text/index.ts";
import type { JsonObject, Renderer } from "../../text/types.ts";
import { answerFormOf, formatOf } from "../generate/answer-form.ts";
import { type PartReader, plainReader, wholeReader } from "../generate/answer-parts.ts";
import { type Forced, forcedCall, forcedForm, isForced } from "./forced-form.ts";
import { promptTooLong, requireRoomFor } from "./prompt-room.ts";

/** One prompt, ready for the engine, and what takes its answers apart. */
export interface AskedPrompt {
  request: GenerationRequest;
  /** A new one for each choice. */
  reader(): PartReader;
}

/** Of answers that are not taken apart: a forced call is told when it is whole. */
function readerOf(forced: Forced | undefined): PartReader {
  return forced?.read === undefined ? plainReader : wholeReader(forced.read);
}

/** More than any mark that opens thoughts has, with the blanks behind it. */
const endTokens = 32;

const toolsOf = (prompt: Prompt): readonly JsonObject[] =>
  "messages" in prompt ? (prompt.tools ?? []) : [];

export class Speaker {
  readonly #model: Model;
  readonly #template: TemplateSource;
  readonly #context: number | null;
  #known: Renderer | undefined;

  constructor(model: Model, template: TemplateSource, context: number | null) {
    this.#model = model;
    this.#template = template;
    this.#context = context;
  }

  /** Made when it is first needed: a model without a template still goes on with texts. */
  get #renderer(): Renderer {
    this.#known ??= rendererOf(this.#model.tokenizer, this.#template);
    return this.#known;
  }

  /** Ids of a prompt. Throws FtError for one that cannot be rendered, has none, or unknown ones. */
  read(prompt: Prompt): number[] {
    requireRoomFor(prompt, this.#model.tokenizer, this.#context);
    const ids = this.#ids(prompt);
    requireKnownTokens(ids, this.#model.loaded.sizes.vocabularySize);
    if (ids.length > 0) return ids;
    throw new ModelError("FT-SERVE-003", { message: "the prompt is empty" });
  }

  textOf(ids: readonly number[]): string {
    return this.#model.tokenizer.decode(ids, { skipSpecialTokens: true });
  }

  /** Throws FtError where the request is at fault. */
  asked(request: AnswerRequest, maxTokens: number): AskedPrompt[] {
    return request.prompts.map((prompt) => this.#asked(request, prompt, maxTokens));
  }

  #ids(prompt: Prompt): number[] {
    if ("ids" in prompt) return prompt.ids;
    if ("text" in prompt)
      return this.#model.tokenizer.encode(prompt.text, { addSpecialTokens: true });
    const renderer = this.#renderer;
    if (needsTelling(prompt, renderer.says)) return renderer.prompt(toldTools(prompt));
    return renderer.prompt(prompt.messages, prompt.tools);
  }

  /** In which answers to it come. */
  #formatOf(prompt: Prompt): AnswerFormat {
    const { says, source } = this.#renderer;
    const isTold = "messages" in prompt && needsTelling(prompt, says);
    return isTold ? toldToolsFormat({ source }) : formatOf(this.#model, this.#renderer);
  }

  #asked(request: AnswerRequest, prompt: Prompt, maxTokens: number): AskedPrompt {
    const ids = this.read(prompt);
    const { tokenizer } = this.#model;
    const tools = toolsOf(prompt);
    const forced = this.#forced(request, prompt);
    const engineRequest: GenerationRequest = {
      prompt: ids,
      maxTokens: this.#room(ids, request.maxTokens ?? maxTokens),
      stopTokenIds: tokenizer.stopTokenIds,
      stopStrings: request.stop,
      sampling: { ...request.sampling, logitBias: this.#bias(request) },
      seed: request.seed,
      constraint: forced?.constraint,
      alternatives: request.alternatives,
      adapter: request.adapter,
    };
    if (!request.isTakenApart || forced !== undefined)
      return { request: engineRequest, reader: () => readerOf(forced) };
    const text = tokenizer.decode(ids.slice(-endTokens), { skipSpecialTokens: false });
    const form = answerFormOf(this.#model, this.#formatOf(prompt), text);
    return {
      request: { ...engineRequest, shownTokens: form.shownTokens },
      reader: () => new AnswerReader(form.format, { ...form, tools }),
    };
  }

  #forced({ form, calls }: AnswerRequest, prompt: Prompt): Forced | undefined {
    const { vocabulary } = this.#model;
    if (isForced(calls))
      return forcedCall(calls, toolsOf(prompt), this.#formatOf(prompt), vocabulary);
    return form === undefined ? undefined : forcedForm(form, vocabulary);
  }

  #room(ids: readonly number[], maxTokens: number): number {
    const left = this.#context === null ? maxTokens : this.#context - ids.length;
    if (left >= 1) return Math.min(maxTokens, left);
    throw promptTooLong(ids.length, this.#context ?? 0);
  }

  #bias({ sampling: { logitBias } }: AnswerRequest): Map<number, number> {
    const { vocabularySize } = this.#model.loaded.sizes;
    const unknown = logitBias.find(([token]) => token >= vocabularySize);
    if (unknown === undefined) return new Map(logitBias);
    throw new ConfigError("FT-SERVE-005", {
      at: { field: "logit_bias" },
      message: `there is no token ${unknown[0]}: the model has ${vocabularySize}`,
    });
  }
}
