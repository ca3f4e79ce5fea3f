// Makes a call unless its answer is there: written down before, kept after, made by one worker at a time.
import { setTimeout as pause } from "node:timers/promises";
import type { Store } from "../store.ts";
import { answerCall, beginCall, type CallAnswer, failCall, type NewCall } from "./calls.ts";

export interface PaidOnceOptions {
  signal?: AbortSignal;
  /** Milliseconds between two looks at a call that another worker makes. */
  every?: number;
}

export interface PaidAnswer {
  answer: unknown;
  /** Under which it is kept. */
  key: string;
  /** It was there already, so nothing was paid now. */
  wasKept: boolean;
}

/** What an error says it cost, where the service counts failed calls too. */
const spentOf = (error: unknown): number => {
  const spent = (error as { spent?: unknown } | null)?.spent;
  return typeof spent === "number" ? spent : 0;
};

/** Whether an error says that its request had gone out and nobody knows what became of it. */
const wasLost = (error: unknown): boolean =>
  (error as { isLost?: unknown } | null)?.isLost === true;

/**
 * The kept answer, or that of `call`. An error of `call` goes on to the caller; a field `spent` of it is booked, and
 * with `isLost` it counts as a call that may have been paid for without an answer.
 * Where another worker asks the same, its answer is waited for.
 */
export async function paidOnce(
  store: Store,
  request: NewCall,
  call: () => Promise<CallAnswer>,
  { signal, every = 100 }: PaidOnceOptions = {},
): Promise<PaidAnswer> {
  for (;;) {
    signal?.throwIfAborted();
    const begun = await beginCall(store, request);
    const { key } = begun;
    if (begun.state === "answered") return { answer: begun.answer, key, wasKept: true };
    if (begun.state === "begun")
      return { answer: await made(store, begun, call, signal), key, wasKept: false };
    await pause(every, undefined, { signal });
  }
}

async function made(
  store: Store,
  begun: { id: number; key: string },
  call: () => Promise<CallAnswer>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  let answer: CallAnswer;
  try {
    answer = await call();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isLost = signal?.aborted === true || wasLost(error);
    await failCall(store, begun, { reason, spent: spentOf(error), isLost });
    throw error;
  }
  await answerCall(store, begun, answer);
  return answer.answer;
}
