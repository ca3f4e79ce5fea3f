// One answer, paid for once: in turn with the others, again after failures that pass, of the next model where one fails
// for good. Every request is a call of its own in the ledger; an answer that is kept there is not asked for again.
import { setTimeout as pause } from "node:timers/promises";
import { type FailureKind, ProviderFailure } from "../../providers/failures.ts";
import { type Gate, longestWait } from "../../providers/gate.ts";
import { costOf, mostOf, type Price, priceOf } from "../../providers/prices.ts";
import type { ChatReply, ChatRequest, Provider } from "../../providers/types.ts";
import type { UnitContext } from "../../store/queue/kinds.ts";

export interface Asking {
  provider: Provider;
  gate: Gate;
  prices: readonly Price[];
  /** Requests after the first, of each model, when it fails for a passing reason. */
  retries: number;
  /** Milliseconds before the first of them; twice as long each time. */
  firstDelay: number;
  /** Is told of each failure. */
  onFailure?: ((failure: ProviderFailure, model: string) => void) | undefined;
}

/** A reply, the model that gave it, and its price in billionths of a dollar: what the ledger keeps. */
type KeptReply = ChatReply & { model: string; cost: number };

/** With the key under which the ledger has it. */
export type PaidReply = KeptReply & { key: string };

/** A service that says nothing is asked fewer times: each takes as long as the wait for an answer. */
const mostSilent = 2;

async function askOnce(
  model: string,
  request: ChatRequest,
  { provider, gate, prices }: Asking,
  context: UnitContext,
): Promise<PaidReply> {
  const { system, prompt, ...parameters } = request;
  const { keeping } = provider;
  const content = {
    provider: provider.identity,
    // one key for the whole chain: an answer that any of them gave is the answer
    model: provider.models.join(","),
    parameters,
    prompt: { system, prompt },
  };
  const price = priceOf(prices, provider.name, model);
  const ask = async (signal: AbortSignal) => {
    const reply = await provider.ask(model, request, signal);
    const { tokensIn = 0, tokensOut = 0 } = reply.usage ?? {};
    const cost = costOf(reply.usage, price);
    const kept = keeping === undefined ? {} : { timeToLive: keeping.timeToLive };
    return { answer: { ...reply, model, cost }, spent: cost, tokensIn, tokensOut, ...kept };
  };
  const call = { content, most: mostOf(request, price), isOwn: keeping?.isShared === false };
  const { answer, key } = await gate.pass(() => context.call(call, ask), context.signal);
  return { ...(answer as KeptReply), key };
}

/** Milliseconds until the next request; undefined where there shall be none. */
function waitAfter(failure: ProviderFailure, failures: number, asking: Asking): number | undefined {
  if (failure.kind === "weakened") return 0;
  const most = failure.kind === "silent" ? Math.min(mostSilent, asking.retries) : asking.retries;
  if (!failure.isPassing || failures > most) return undefined;
  const own = asking.firstDelay * 2 ** (failures - 1) * (0.75 + Math.random() / 2);
  const wait = Math.max(own, failure.retryAfter ?? 0);
  return wait > longestWait ? undefined : wait;
}

/** Milliseconds in which the log of a job has one word on failures of a kind: of a thousand rows all would say it. */
const quiet = 30_000;
/** By the gate, which a job has one of: when failures of each kind were last told. */
const toldAt = new WeakMap<Gate, Map<FailureKind, number>>();

/** So that who follows a job sees why no rows come while it asks again and again. */
async function tellWait(
  { message, kind }: ProviderFailure,
  wait: number,
  { gate }: Asking,
  context: UnitContext,
): Promise<void> {
  const told = toldAt.get(gate) ?? new Map<FailureKind, number>();
  toldAt.set(gate, told);
  const now = performance.now();
  if (kind === "weakened" || now - (told.get(kind) ?? -Infinity) < quiet) return;
  told.set(kind, now);
  const seconds = Math.max(1, Math.round(wait / 1000));
  await context.log("warn", `${message}; asked again in ${seconds} s`);
}

async function askModel(
  model: string,
  request: ChatRequest,
  asking: Asking,
  context: UnitContext,
): Promise<PaidReply> {
  for (let failures = 1; ; failures++) {
    try {
      return await askOnce(model, request, asking, context);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof ProviderFailure)) throw error;
      asking.onFailure?.(error, model);
      const wait = waitAfter(error, failures, asking);
      if (wait === undefined) throw error;
      if (error.kind === "weakened") failures--;
      await tellWait(error, wait, asking, context);
      await pause(wait, undefined, { signal: context.signal });
    }
  }
}

/** Throws the ProviderFailure of the last model, or what the ledger throws. */
export async function askPaid(
  request: ChatRequest,
  asking: Asking,
  context: UnitContext,
): Promise<PaidReply> {
  const { models } = asking.provider;
  for (const [at, model] of models.entries()) {
    try {
      return await askModel(model, request, asking, context);
    } catch (error) {
      const isLast = at === models.length - 1;
      if (isLast || !(error instanceof ProviderFailure)) throw error;
    }
  }
  throw new RangeError("a provider has at least one model");
}
