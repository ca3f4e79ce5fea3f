// POST /v1/messages, whole and streamed; POST /v1/messages/count_tokens.
import type { FastifyInstance } from "fastify";
import { type OpenAnswer, openAnswer, requestSignal } from "../answering.ts";
import { anthropicBody, apiErrorOf } from "../http/api-error.ts";
import { checked } from "../http/checked.ts";
import { sendEvents, type ServerEvent } from "../http/event-stream.ts";
import { adapterNamed } from "../models.ts";
import { newId } from "../openai/chat-answer.ts";
import type { Served } from "../served.ts";
import { MessageAnswer, messageStart } from "./answer.ts";
import { CountBody, MessagesBody, messagesRequest, promptOf } from "./body.ts";

async function whole({ events }: OpenAnswer, heading: object): Promise<object> {
  const message = new MessageAnswer();
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) return message.whole(heading, value);
    if (value.type === "piece") message.add(value.parts);
    else message.end(value.finishReason, value.stopString);
  }
}

async function* streamed(
  { events, promptTokens }: OpenAnswer,
  heading: object,
): AsyncGenerator<ServerEvent, void> {
  const message = new MessageAnswer();
  try {
    yield messageStart(heading, promptTokens);
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) return yield* message.closing(value);
      if (value.type === "piece") yield* message.add(value.parts);
      else message.end(value.finishReason, value.stopString);
    }
  } catch (error) {
    yield { event: "error", data: anthropicBody(apiErrorOf(error)) };
  } finally {
    await events.return(undefined as never);
  }
}

export function messageRoutes(app: FastifyInstance, served: Served): void {
  app.post("/v1/messages", async (asked, reply) => {
    const body = checked(MessagesBody, asked.body);
    const adapter = adapterNamed(body.model, served);
    const answer = await openAnswer(served, reply, messagesRequest(body, adapter));
    const model = adapter ?? served.options.model.id;
    const heading = { id: newId("msg_"), type: "message", role: "assistant", model };
    if (body.stream !== true) return await whole(answer, heading);
    return sendEvents(reply, streamed(answer, heading));
  });
  app.post("/v1/messages/count_tokens", async (asked, reply) => {
    const body = checked(CountBody, asked.body);
    const adapter = adapterNamed(body.model, served);
    const signal = requestSignal(reply, served.options.seconds);
    const counted = served.host.call("count", { prompt: promptOf(body), adapter }, signal);
    return { input_tokens: await counted.result };
  });
}
