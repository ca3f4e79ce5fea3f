// POST /v1/completions: text that goes on, without a conversation.
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type OpenAnswer, openAnswer } from "../answering.ts";
import { apiErrorOf, badRequest, openAiBody } from "../http/api-error.ts";
import { checked } from "../http/checked.ts";
import { sendEvents, type ServerEvent } from "../http/event-stream.ts";
import type { AnswerRequest, AnswerTotals, Prompt, ToldToken } from "../model/messages.ts";
import { adapterNamed } from "../models.ts";
import type { Served } from "../served.ts";
import { finishReasonOf, newId } from "./chat-answer.ts";
import { samplingOf, seedOf, sharedShape, stopsOf, usageOf } from "./shared-options.ts";

const wrongPrompt =
  "must be a string, a list of strings, a list of token ids, or a list of such lists";
const Ids = z.array(z.int().min(0, { error: wrongPrompt })).min(1, { error: wrongPrompt });

const CompletionBody = z.object(
  {
    ...sharedShape,
    prompt: z.union(
      [z.string(), Ids, z.array(z.string()).min(1).max(64), z.array(Ids).min(1).max(64)],
      { error: wrongPrompt },
    ),
    echo: z.boolean().nullish(),
    best_of: z.int().nullish(),
    suffix: z.string().nullish(),
    logprobs: z.int().min(0).max(20, { error: "must be from 0 to 20" }).nullish(),
  },
  { error: "the body must be a JSON object" },
);

type CompletionBody = z.infer<typeof CompletionBody>;

function promptsOf({ prompt }: CompletionBody): Prompt[] {
  if (typeof prompt === "string") return [{ text: prompt }];
  if (prompt.every((one) => typeof one === "number")) return [{ ids: prompt }];
  return prompt.map((one) => (typeof one === "string" ? { text: one } : { ids: one as number[] }));
}

/** What OpenAI writes where a request says nothing. */
const usualTokens = 16;

/** Throws ApiError 400 for what this server cannot do. */
function completionRequest(body: CompletionBody, adapter: string | undefined): AnswerRequest {
  const { echo, logprobs, best_of: best, n, suffix } = body;
  if (typeof suffix === "string" && suffix !== "")
    throw badRequest("suffix is not supported", "suffix");
  if (typeof best === "number" && best !== (n ?? 1))
    throw badRequest("best_of is supported only when equal to n", "best_of");
  if (echo === true && typeof logprobs === "number")
    throw badRequest("logprobs are not supported with echo", "logprobs");
  return {
    prompts: promptsOf(body),
    choices: n ?? 1,
    maxTokens: body.max_tokens ?? usualTokens,
    stop: stopsOf(body),
    sampling: samplingOf(body),
    seed: seedOf(body),
    adapter,
    alternatives: logprobs ?? undefined,
    calls: "none",
    isTakenApart: false,
    isEchoed: echo === true,
  };
}

/** Log-probabilities in the form of completions: lists side by side. */
function ratings(tokens: readonly ToldToken[], offset: number): object {
  let at = offset;
  const offsets = tokens.map(({ text }) => (at += text.length) - text.length);
  return {
    tokens: tokens.map(({ text }) => text),
    token_logprobs: tokens.map(({ logProbability }) => logProbability),
    top_logprobs: tokens.map(({ alternatives }) =>
      Object.fromEntries(alternatives.map(({ text, logProbability }) => [text, logProbability])),
    ),
    text_offset: offsets,
  };
}

interface TextChoice {
  index: number;
  text: string;
  logprobs: object | null;
  finish_reason: string | null;
}

/** Pieces of choices, as they come. */
async function* pieces(
  { events }: OpenAnswer,
  isRated: boolean,
): AsyncGenerator<TextChoice & { tokens: ToldToken[] }, AnswerTotals> {
  const lengths = new Map<number, number>();
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) return value;
    const { choice: index } = value;
    if (value.type === "choice-ended") {
      const ended = { text: "", tokens: [], logprobs: null };
      yield { index, ...ended, finish_reason: finishReasonOf(value.finishReason, false) };
      continue;
    }
    const text = value.parts.map((part) => ("text" in part ? part.text : "")).join("");
    const { tokens } = value;
    const offset = lengths.get(index) ?? 0;
    lengths.set(index, offset + text.length);
    const logprobs = isRated && tokens.length > 0 ? ratings(tokens, offset) : null;
    yield { index, text, tokens, logprobs, finish_reason: null };
  }
}

async function whole(answer: OpenAnswer, request: AnswerRequest): Promise<object> {
  const count = request.prompts.length * request.choices;
  const isRated = request.alternatives !== undefined;
  const choices = Array.from({ length: count }, (_, index) => ({
    ...{ index, text: "", finish_reason: null as string | null },
    tokens: [] as ToldToken[],
  }));
  const told = pieces(answer, isRated);
  for (;;) {
    const { done, value } = await told.next();
    if (done === true) {
      const shown = choices.map(({ tokens, ...choice }) => ({
        ...choice,
        logprobs: isRated ? ratings(tokens, 0) : null,
      }));
      return { choices: shown, usage: usageOf(value) };
    }
    const choice = choices[value.index]!;
    choice.text += value.text;
    choice.tokens.push(...value.tokens);
    choice.finish_reason = value.finish_reason;
  }
}

async function* streamed(
  answer: OpenAnswer,
  isRated: boolean,
  heading: object,
  withUsage: boolean,
): AsyncGenerator<ServerEvent, void> {
  const chunk = (choices: object[], usage: object | null): ServerEvent => ({
    data: { ...heading, choices, ...(withUsage && { usage }) },
  });
  const told = pieces(answer, isRated);
  try {
    for (;;) {
      const { done, value } = await told.next();
      if (done === true) {
        if (withUsage) yield chunk([], usageOf(value));
        break;
      }
      const { tokens: _, ...choice } = value;
      yield chunk([choice], null);
    }
    yield { data: "[DONE]" };
  } catch (error) {
    yield { data: openAiBody(apiErrorOf(error)) };
  } finally {
    await answer.events.return(undefined as never);
  }
}

export function completionRoutes(app: FastifyInstance, served: Served): void {
  app.post("/v1/completions", async (asked, reply) => {
    const body = checked(CompletionBody, asked.body);
    const adapter = adapterNamed(body.model, served);
    const request = completionRequest(body, adapter);
    const heading = {
      id: newId("cmpl-"),
      object: "text_completion",
      created: Math.floor(Date.now() / 1000),
      model: adapter ?? served.options.model.id,
    };
    const answer = await openAnswer(served, reply, request);
    if (body.stream !== true) return { ...heading, ...(await whole(answer, request)) };
    const withUsage = body.stream_options?.include_usage === true;
    const isRated = request.alternatives !== undefined;
    return sendEvents(reply, streamed(answer, isRated, heading, withUsage));
  });
}
