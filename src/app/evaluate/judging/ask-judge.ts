// A judge asked about rows, many at once: the cost told first, replies written down in order, gone on with after an
// interruption. Knows nothing of what the replies mean.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UsageError } from "../../../core/errors.ts";
import { makeFolders } from "../../../core/folders.ts";
import { inOrder } from "../../../core/in-order.ts";
import { KeptRows } from "../../../core/kept-rows.ts";
import {
  type Judge,
  type JudgeCost,
  judgeCost,
  type JudgeRequest,
} from "../../../eval/judge/index.ts";
import type { Watching } from "../answer-jobs.ts";
import { nextFolder } from "../results-file.ts";

export interface JudgeWatching extends Watching {
  /** Before the first call. */
  onCost?: ((cost: JudgeCost, judge: string) => void) | undefined;
}

/** One line of what a judge said. */
interface Replies {
  index: number;
  /** One for each request of the row; null where none came to an end. */
  replies: unknown[];
  tokens: number;
}

interface AskedOfJudge {
  judge: Judge;
  /** Requests of each row. */
  requests: readonly (readonly JudgeRequest[])[];
  /** A text as long as a reply may be. */
  longest: string;
  /** What decides replies beside judge and requests. */
  about: Readonly<Record<string, unknown>>;
  output: string;
  /** "judgements": judgements.jsonl and judgements.json. */
  name: string;
}

export interface JudgeReplies {
  /** By row. */
  replies: readonly (readonly unknown[])[];
  cost: JudgeCost;
  seconds: number;
  file: string;
  finish(summary: Readonly<Record<string, unknown>>): Promise<void>;
}

export const shortHash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);

function otherThan(folder: string, keys: readonly string[]): UsageError {
  return new UsageError("FT-EVAL-006", {
    at: { file: folder },
    message: `this folder holds other judgements: they differ in ${keys.join(", ")}`,
    hint: `run the same command with --output ${nextFolder(folder)}`,
  });
}

function opened({
  judge,
  requests,
  about,
  output,
  name,
}: AskedOfJudge): Promise<KeptRows<Replies>> {
  makeFolders(output);
  const files = { rows: join(output, `${name}.jsonl`), about: join(output, `${name}.json`) };
  const asked = { judge: judge.identity, requests: shortHash(requests), ...about };
  return KeptRows.open<Replies>(files, asked, {
    refused: (keys) => otherThan(output, keys),
    fits: ({ index, replies }, at) =>
      index === at && Array.isArray(replies) && replies.length === requests[at]?.length,
  });
}

/** @throws UsageError FT-EVAL-006. */
export async function askJudge(
  asked: AskedOfJudge,
  { onCost, onProgress, signal }: JudgeWatching,
): Promise<JudgeReplies> {
  const { judge, requests, longest, output, name } = asked;
  const kept = await opened(asked);
  const before = kept.rows.length;
  const left = [...requests.entries()].slice(before);
  const cost = await judgeCost(
    judge,
    left.flatMap(([, all]) => all),
    longest,
    signal,
  );
  onCost?.(cost, judge.name);
  const began = performance.now();
  const ask = async ([index, all]: (typeof left)[number]): Promise<Replies> => {
    const found = await Promise.all(all.map((one) => judge.ask(one, signal)));
    const tokens = found.reduce((sum, reply) => sum + reply.tokens, 0);
    return { index, replies: found.map(({ value = null }) => value), tokens };
  };
  for await (const row of inOrder(left, ask, 2 * judge.atOnce)) {
    signal?.throwIfAborted();
    kept.add(row);
    const done = kept.rows.length;
    const perRow = (performance.now() - began) / 1000 / (done - before);
    const { length: total } = requests;
    onProgress?.({ done, total, secondsLeft: perRow * (total - done) });
  }
  const seconds = (performance.now() - began) / 1000;
  const replies = kept.rows.map((row) => row.replies);
  const finish = (summary: Readonly<Record<string, unknown>>): Promise<void> =>
    kept.finish(summary);
  return { replies, cost, seconds, file: join(output, `${name}.jsonl`), finish };
}
