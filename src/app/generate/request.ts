// From what a person asks of a model to what its engine is asked: the prompt rendered, options checked.
// Runs no model.
import { ConfigError, ModelError } from "../../core/errors.ts";
import {
  type Constraint,
  grammarConstraint,
  jsonSchemaConstraint,
  regexConstraint,
} from "../../generate/constraints/index.ts";
import type { GenerationRequest } from "../../generate/index.ts";
import type { Model } from "../../generate/load-model.ts";
import { GenerateOptions, samplingFrom } from "../../generate/options.ts";
import { type ModelSizes, requireKnownTokens } from "../../models/index.ts";
import { readTemplate, rendererOf } from "../../text/index.ts";
import type { Message } from "../../text/types.ts";

/** What is asked, in one of three ways, and how the answer is written. */
export interface Asked extends Partial<GenerateOptions> {
  /** Text to continue as it is. */
  prompt?: string;
  /** Token ids to continue as they are. */
  ids?: readonly number[];
  /** Conversation to answer, rendered with `template`. */
  messages?: readonly Message[];
  /** Default: the one the adapter was trained with, else the model's own, else alpaca. */
  template?: string | undefined;
  /** The answer is JSON that this schema allows; at most one of the three. */
  jsonSchema?: unknown;
  /** The answer matches this regular expression. */
  regex?: string | undefined;
  /** The answer is a text of this grammar, in GBNF. */
  grammar?: string | undefined;
}

/** Throws ConfigError FT-CONSTRAINT-001 to 004. */
function constraintOf({ jsonSchema, regex, grammar }: Asked, model: Model): Constraint | undefined {
  if (jsonSchema !== undefined) return jsonSchemaConstraint(jsonSchema, model.vocabulary);
  if (regex !== undefined) return regexConstraint(regex, model.vocabulary);
  return grammar === undefined ? undefined : grammarConstraint(grammar, model.vocabulary);
}

function promptIds({ prompt = "", ids: given, messages, template }: Asked, model: Model): number[] {
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

function requireRoom(prompt: readonly number[], { positionLimit }: ModelSizes): void {
  if (positionLimit === undefined || prompt.length <= positionLimit) return;
  throw new ModelError("FT-GENERATE-002", {
    message: `the prompt has ${prompt.length} tokens, and the model supports ${positionLimit}`,
    hint: "use a shorter prompt",
  });
}

/** Throws ConfigError FT-GENERATE-003 with every option that is out of range. */
export function checkedOptions(options: Asked): GenerateOptions {
  const names = Object.keys(GenerateOptions.shape) as (keyof GenerateOptions)[];
  const given = Object.fromEntries(names.map((name) => [name, options[name]]));
  const parsed = GenerateOptions.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError("FT-GENERATE-003", {
    message: "options of generating text are not valid",
    problems: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
  });
}

/** @throws ModelError FT-GENERATE-001 for an empty prompt, 002 for one that is too long. */
export function requestOf(
  model: Model,
  asked: Asked,
  settings: GenerateOptions,
): GenerationRequest {
  const prompt = promptIds(asked, model);
  requireRoom(prompt, model.loaded.sizes);
  const { maxTokens, seed = 0, stop } = settings;
  const { stopTokenIds } = model.tokenizer;
  const sampling = samplingFrom(settings);
  const constraint = constraintOf(asked, model);
  return { prompt, maxTokens, stopTokenIds, stopStrings: stop, sampling, seed, constraint };
}
