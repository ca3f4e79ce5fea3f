// How likely a model finds continuations of a text: the sum of log p over its tokens, as lm-eval splits them.
import type { Model } from "../../generate/load-model.ts";
import { requireKnownTokens } from "../../models/index.ts";
import { int32, scope, type Tensor } from "../../mx/index.ts";

export interface Likelihood {
  /** Natural logarithm. */
  sum: number;
  tokens: number;
  /** Each token is the likeliest one. */
  isGreedy: boolean;
}

/** Blanks at the end of the context belong to the continuation, since tokens begin with them. */
export function encodedPair(
  { tokenizer }: Model,
  context: string,
  continuation: string,
): { ids: number[]; from: number } {
  const encode = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
  if (context !== "") {
    const from = encode(context.trimEnd()).length;
    return { ids: encode(context + continuation), from };
  }
  const prefix = tokenizer.bosTokenId ?? tokenizer.eosTokenId ?? 0;
  const ids = tokenizer.encode(continuation);
  return { ids: ids[0] === prefix ? ids : [prefix, ...ids], from: 1 };
}

function rated(
  logits: Float32Array,
  target: number,
): { logProbability: number; isLargest: boolean } {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((all, logit) => all + Math.exp(logit - largest), 0);
  const own = logits[target] ?? Number.NaN;
  return {
    logProbability: own - largest - Math.log(sum),
    isLargest: logits.indexOf(largest) === target,
  };
}

interface Row {
  /** What is read: all tokens but the last. */
  read: number[];
  targets: number[];
}

/** What is longer than the model reads loses its beginning. */
function rowOf(model: Model, context: string, continuation: string): Row {
  const { ids: whole, from } = encodedPair(model, context, continuation);
  const most = (model.loaded.sizes.positionLimit ?? model.loaded.model.trainedLength ?? 4096) + 1;
  const cut = Math.max(0, whole.length - most);
  const ids = whole.slice(cut);
  return { read: ids.slice(0, -1), targets: ids.slice(Math.max(from - cut, 1)) };
}

/** How many tokens all rows begin with, before the first whose next one counts. */
function sharedOf(rows: readonly Row[]): number {
  const [first, ...others] = rows.map(({ read }) => read);
  const most = Math.min(...rows.map(({ read, targets }) => read.length - targets.length));
  let count = 0;
  while (count < most && others.every((row) => row[count] === first?.[count])) count++;
  return count;
}

/** Logits (targets of all rows, vocabulary): the beginning that rows share is read once, heads are of targets alone. */
function logitsOf({ loaded: { model } }: Model, rows: readonly Row[]): Tensor {
  const shared = sharedOf(rows);
  const begun = model.makeCache();
  if (shared > 0)
    model.hidden(int32(rows[0]?.read.slice(0, shared) ?? [], [1, shared]), { cache: begun });
  const cache = begun.map((layer) => layer.ofRows(rows.map(() => 0)));
  const width = Math.max(...rows.map(({ read }) => read.length)) - shared;
  // behind a row's end, which nothing before it sees
  const padded = rows.map(({ read }) => [...read, ...zeros(width + shared - read.length)]);
  const ids = padded.flatMap((row) => row.slice(shared));
  const hidden = model.hidden(int32(ids, [rows.length, width]), { cache });
  const places = rows.flatMap(({ read, targets }, at) =>
    targets.map((_, which) => at * width + read.length - shared - targets.length + which),
  );
  const chosen = hidden.reshape(rows.length * width, -1).take(int32(places, [places.length]), 0);
  return model.head(chosen.reshape(1, places.length, -1)).reshape(places.length, -1);
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

/** Of several continuations of one context, in one pass behind what they share. */
export function likelihoods(
  model: Model,
  context: string,
  continuations: readonly string[],
): Likelihood[] {
  const rows = continuations.map((one) => rowOf(model, context, one));
  const targets = rows.flatMap((row) => row.targets);
  if (targets.length === 0) return rows.map(() => ({ sum: 0, tokens: 0, isGreedy: true }));
  requireKnownTokens([...rows.flatMap(({ read }) => read), ...targets], sizeOf(model));
  const logits = scope(() => logitsOf(model, rows).toFloat32());
  const size = logits.length / targets.length;
  const all = targets.map((id, at) => rated(logits.subarray(at * size, (at + 1) * size), id));
  return rows.map((row) => {
    const own = all.splice(0, row.targets.length);
    const sum = own.reduce((total, { logProbability }) => total + logProbability, 0);
    return { sum, tokens: own.length, isGreedy: own.every(({ isLargest }) => isLargest) };
  });
}

const sizeOf = ({ loaded: { sizes } }: Model): number => sizes.vocabularySize;
