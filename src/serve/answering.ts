// One request for an answer from when it comes to when it is over: let in, asked of the model, ended by time, by the
// client that leaves, or by the model. Whatever API it came by.
import type { FastifyReply } from "fastify";
import { firstOf } from "../core/signals.ts";
import { ApiError } from "./http/api-error.ts";
import type { AnswerEvent, AnswerRequest, AnswerTotals } from "./model/messages.ts";
import type { Served } from "./served.ts";

export interface OpenAnswer {
  promptTokens: number;
  /** What follows the beginning. To be taken to its end, or returned. */
  events: AsyncGenerator<Exclude<AnswerEvent, { type: "begun" }>, AnswerTotals>;
}

/** Aborted when the client leaves, or when time is up. */
export function requestSignal(reply: FastifyReply, seconds: number): AbortSignal {
  const left = new AbortController();
  const timer = setTimeout(() => {
    const message = `the answer took longer than ${seconds} s, the time limit of a request`;
    left.abort(new ApiError(504, { message, code: "timeout" }));
  }, seconds * 1000);
  reply.raw.once("close", () => {
    clearTimeout(timer);
    left.abort(
      new ApiError(499, { message: "the client closed the connection", code: "client_left" }),
    );
  });
  return left.signal;
}

async function* answered(
  served: Served,
  reply: FastifyReply,
  request: AnswerRequest,
): AsyncGenerator<AnswerEvent, AnswerTotals> {
  const { gate, host, metrics, options } = served;
  const leave = gate.enter();
  // a stream that is closed before anything of it was taken runs no `finally`
  reply.raw.once("close", leave);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const stop = new AbortController();
  const { signal, done } = firstOf([requestSignal(reply, options.seconds), stop.signal]);
  try {
    const call = host.call("answer", request, signal);
    let isFirst = true;
    for await (const event of call) {
      if (event.type === "piece" && isFirst) metrics.firstToken.observe(seconds());
      if (event.type === "piece") isFirst = false;
      yield event;
    }
    const totals = await call.result;
    metrics.promptTokens.add(totals.promptTokens);
    metrics.cachedTokens.add(totals.cachedTokens);
    metrics.answerTokens.add(totals.answerTokens);
    metrics.wholeAnswer.observe(seconds());
    return totals;
  } finally {
    stop.abort(new ApiError(499, { message: "the request was cancelled" }));
    done();
    leave();
  }
}

/** Resolves once the model has taken the request. Throws ApiError, or what the model's process throws. */
export async function openAnswer(
  served: Served,
  reply: FastifyReply,
  request: AnswerRequest,
): Promise<OpenAnswer> {
  const events = answered(served, reply, request);
  const first = await events.next();
  if (first.done === true || first.value.type !== "begun")
    throw new RangeError("the answer has content before its start");
  return { promptTokens: first.value.promptTokens, events: events as OpenAnswer["events"] };
}
