// POST /v1/chat/completions.
import type { FastifyInstance } from "fastify";
import { type OpenAnswer, openAnswer } from "../answering.ts";
import { apiErrorOf, openAiBody } from "../http/api-error.ts";
import { checked } from "../http/checked.ts";
import { sendEvents, type ServerEvent } from "../http/event-stream.ts";
import type { AnswerRequest, AnswerTotals } from "../model/messages.ts";
import { adapterNamed } from "../models.ts";
import type { Served } from "../served.ts";
import { ChatChoice, newId } from "./chat-answer.ts";
import { ChatBody, chatRequest } from "./chat-body.ts";
import { usageOf } from "./shared-options.ts";

interface Heading {
  id: string;
  created: number;
  model: string;
}

const choicesOf = ({ choices, alternatives }: AnswerRequest): ChatChoice[] =>
  Array.from({ length: choices }, (_, at) => new ChatChoice(at, alternatives !== undefined));

async function whole({ events }: OpenAnswer, request: AnswerRequest): Promise<object> {
  const choices = choicesOf(request);
  for (;;) {
    const { done, value } = await events.next();
    if (done === true)
      return { choices: choices.map((choice) => choice.whole()), usage: usageOf(value) };
    const choice = choices[value.choice] as ChatChoice;
    if (value.type === "choice-ended") choice.end(value.finishReason);
    else {
      choice.add(value.parts);
      choice.rate(value.tokens);
    }
  }
}

/** The first chunk of a piece has the log-probabilities of its tokens. */
async function* chunks(
  { events }: OpenAnswer,
  request: AnswerRequest,
): AsyncGenerator<object, AnswerTotals> {
  const choices = choicesOf(request);
  for (const choice of choices) yield choice.chunk({ role: "assistant", content: "" }, []);
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) return value;
    const choice = choices[value.choice] as ChatChoice;
    if (value.type === "choice-ended") yield choice.chunk({}, [], choice.end(value.finishReason));
    else {
      const deltas = choice.add(value.parts);
      const isSilent = deltas.length === 0 && request.alternatives !== undefined;
      for (const [at, delta] of (isSilent ? [{}] : deltas).entries())
        yield choice.chunk(delta, at === 0 ? value.tokens : []);
    }
  }
}

async function* streamed(
  answer: OpenAnswer,
  request: AnswerRequest,
  heading: Heading,
  withUsage: boolean,
): AsyncGenerator<ServerEvent, void> {
  const chunk = (choices: object[], usage?: object | null): ServerEvent => ({
    data: {
      ...heading,
      object: "chat.completion.chunk",
      choices,
      ...(withUsage && { usage: usage ?? null }),
    },
  });
  const pieces = chunks(answer, request);
  try {
    let next = await pieces.next();
    for (; next.done !== true; next = await pieces.next()) yield chunk([next.value]);
    if (withUsage) yield chunk([], usageOf(next.value));
    yield { data: "[DONE]" };
  } catch (error) {
    yield { data: openAiBody(apiErrorOf(error)) };
  } finally {
    await pieces.return(undefined as never);
    await answer.events.return(undefined as never);
  }
}

export function chatRoutes(app: FastifyInstance, served: Served): void {
  app.post("/v1/chat/completions", async (asked, reply) => {
    const body = checked(ChatBody, asked.body);
    const adapter = adapterNamed(body.model, served);
    const request = chatRequest(body, adapter);
    const created = Math.floor(Date.now() / 1000);
    const model = adapter ?? served.options.model.id;
    const heading = { id: newId("chatcmpl-"), created, model };
    const answer = await openAnswer(served, reply, request);
    if (body.stream !== true)
      return { ...heading, object: "chat.completion", ...(await whole(answer, request)) };
    const withUsage = body.stream_options?.include_usage === true;
    return sendEvents(reply, streamed(answer, request, heading, withUsage));
  });
}
