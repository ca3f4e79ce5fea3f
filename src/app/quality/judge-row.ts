// One row judged: checks first, which ask nobody; then its scores; below the bar a rewriting, which is checked, scored by
// the same scale and compared with the original in both orders. What is asked depends on the row and the job alone, so
// that a row begun again finds its answers in the ledger.
import {
  type BothOrders,
  opinionOf,
  type PairOpinion,
  pairRequests,
  winnerOf,
} from "../../eval/judge/index.ts";
import { ProviderFailure } from "../../providers/failures.ts";
import { isObject } from "../../providers/json.ts";
import type { ChatReply, ChatRequest } from "../../providers/types.ts";
import type { UnitContext } from "../../store/index.ts";
import { type Asking, askPaid } from "../../synth/make/ask.ts";
import { jsonIn } from "../../synth/make/read-answer.ts";
import type { Finding } from "../../synth/quality/check.ts";
import { checkRow, DUPLICATE } from "../../synth/quality/checks/registry.ts";
import {
  type Better,
  type Decision,
  isGood,
  issuesOf,
  type Judged,
  refusedRewriting,
  withoutRewriting,
} from "../../synth/quality/decision.ts";
import { lookAt, type LookedRow } from "../../synth/quality/looked-row.ts";
import {
  notRewritable,
  readRewriting,
  rewriteRequest,
  type RewriteParts,
} from "../../synth/quality/rewriting.ts";
import {
  readScores,
  type RowScores,
  type ScoreParts,
  scoreRequest,
} from "../../synth/quality/scores.ts";
import { type QualitySettings, scoringTemperature } from "../../synth/quality/settings.ts";
import { plainRow } from "../../synth/quality/shown-row.ts";
import type { JsonObject } from "../../text/types.ts";

/** What a unit of the queue is given: plain JSON. */
export interface RowToJudge {
  /** Its `id`, else its line. */
  id: string;
  /** Among the rows of the set, from 0. */
  position: number;
  /** From 1. */
  line: number;
  /** The row as it stands. */
  text: string;
  /** The row before it that it repeats, by its id. */
  repeats?: string;
  /** Of a dataset of the platform. */
  example?: number;
}

export interface RowWork {
  settings: QualitySettings;
  score: ScoreParts;
  rewrite: RewriteParts;
  asking: Asking;
}

export interface Rewriting {
  /** The row as it would be; absent where no answer gave one. */
  text?: string;
  scores?: RowScores;
  findings: Finding[];
  better?: Better;
  /** What the judge said of original and rewriting, then of rewriting and original. */
  opinions?: [PairOpinion | null, PairOpinion | null];
  /** Why it does not take the row's place. */
  refused?: string;
}

/** What a unit gives: plain JSON. */
export interface RowOutcome {
  decision: Decision;
  /** It stays below the bar all the same: nothing took it out. */
  isBelow: boolean;
  findings: Finding[];
  scores?: RowScores;
  rewriting?: Rewriting;
  /** Why it was fixed or removed, or is below. */
  reasons: string[];
  calls: { score: number; rewrite: number; compare: number };
  model?: string;
}

/** Answers of the judge about one row, counted. */
class RowAsking {
  readonly calls = { score: 0, rewrite: 0, compare: 0 };
  model: string | undefined;
  readonly #work: RowWork;
  readonly #context: UnitContext;

  constructor(work: RowWork, context: UnitContext) {
    this.#work = work;
    this.#context = context;
  }

  async ask(
    kind: keyof RowAsking["calls"],
    request: ChatRequest,
  ): Promise<ChatReply & { key?: string }> {
    this.calls[kind]++;
    try {
      const reply = await askPaid(request, this.#work.asking, this.#context);
      this.model = reply.model;
      return reply;
    } catch (error) {
      // a request that the service takes from nobody is no fault of the others
      const isRefused = error instanceof ProviderFailure && error.kind === "rejected";
      if (!isRefused) throw error;
      return { text: "", end: "refused" };
    }
  }

  /** What `read` makes of an answer, of several where one does not count; else why the last one did not. */
  async first<T extends object>(
    kind: keyof RowAsking["calls"],
    request: (attempt: number) => ChatRequest,
    read: (reply: ChatReply) => T | { problem: string },
  ): Promise<T | { problem: string }> {
    let last: T | { problem: string } = { problem: "it was not scored" };
    for (let attempt = 0; attempt < this.#work.settings.tries; attempt++) {
      const reply = await this.ask(kind, request(attempt));
      last = read(reply);
      if (!("problem" in last)) return last;
      if (reply.key !== undefined) this.#context.useless(reply.key);
    }
    return last;
  }
}

interface Scored {
  scores?: RowScores;
  problem?: string;
}

async function scored(row: LookedRow, work: RowWork, asking: RowAsking): Promise<Scored> {
  const found = await asking.first(
    "score",
    (attempt) => scoreRequest(row, attempt, work.score),
    (reply) => readScores(reply, row, work.score.criteria),
  );
  return "problem" in found ? { problem: found.problem } : { scores: found.scores };
}

const task =
  "Two versions of one row of training data, a conversation. Which is better for a model to learn?";

async function opinion(request: ChatRequest, asking: RowAsking): Promise<PairOpinion | undefined> {
  const found = await asking.first(
    "compare",
    (attempt) => ({ ...request, seed: (request.seed ?? 0) + attempt }),
    ({ text }) => {
      const value = opinionOf(jsonIn(text, /"better"/));
      return value === undefined ? { problem: "the judge gave no verdict" } : { value };
    },
  );
  return "problem" in found ? undefined : found.value;
}

/** Both orders, as one judge after another would see them. */
async function compared(
  [before, after]: readonly [LookedRow, LookedRow],
  { score, settings }: RowWork,
  asking: RowAsking,
): Promise<Pick<Rewriting, "better" | "opinions">> {
  const criteria = score.criteria.map(({ name, asks }) => ({
    name,
    about: asks,
    low: 0,
    high: 10,
  }));
  const answer = (row: LookedRow) => ({ prompt: "", prediction: plainRow(row), references: [] });
  const requests = pairRequests([answer(before), answer(after)], { task, criteria });
  const opinions: (PairOpinion | undefined)[] = [];
  for (const { messages, schema, maxTokens } of requests) {
    const prompt = messages
      .map(({ content }) => (typeof content === "string" ? content : ""))
      .join("\n\n");
    const request = {
      ...{ system: "", prompt, schema: { name: "verdict", schema }, maxTokens },
      ...{ temperature: scoringTemperature, seed: settings.seed },
    };
    opinions.push(await opinion(request, asking));
  }
  const both = [opinions[0], opinions[1]] as const satisfies BothOrders;
  const winner = winnerOf(both) ?? "tie";
  const better = { first: "original", second: "rewriting", tie: "tie" } as const;
  return { better: better[winner], opinions: [both[0] ?? null, both[1] ?? null] };
}

const structural = ["structure", "turns"];

async function rewritten(
  row: LookedRow,
  before: Judged,
  work: RowWork,
  asking: RowAsking,
): Promise<Rewriting> {
  const { settings } = work;
  const issues = issuesOf(before);
  // where roles are wrong nobody knows what was asked
  const keeps = !before.findings.some(({ check }) => structural.includes(check));
  const found = await asking.first(
    "rewrite",
    (attempt) => rewriteRequest(row, issues, attempt, work.rewrite),
    (reply) => readRewriting(reply, row, { keeps, prompt: work.rewrite.prompt }),
  );
  if ("problem" in found) return { findings: [], refused: found.problem };
  const after = found.row;
  const text = JSON.stringify(after.value);
  const findings = checkRow(after, settings);
  if (findings.length > 0) {
    const refused = refusedRewriting(before, { findings, scores: undefined }, undefined, settings);
    return { text, findings, ...(refused !== undefined && { refused }) };
  }
  const { scores } = await scored(after, work, asking);
  const judged = { findings, scores };
  const early = refusedRewriting(before, judged, undefined, settings);
  const told = { text, findings, ...(scores !== undefined && { scores }) };
  if (early !== undefined) return { ...told, refused: early };
  if (!settings.compare) return told;
  const comparison = await compared([row, after], work, asking);
  const refused = refusedRewriting(before, judged, comparison.better, settings);
  return { ...told, ...comparison, ...(refused !== undefined && { refused }) };
}

function findingsOf(row: LookedRow, { repeats }: RowToJudge, settings: QualitySettings): Finding[] {
  const found = checkRow(row, settings);
  if (repeats === undefined) return found;
  const message = `it repeats row ${repeats}`;
  return [{ check: DUPLICATE, field: "", message, fixable: false }, ...found];
}

/** What checks alone say of a row: the first look, and all of it where they find something and nothing is to be mended. */
export function lookedAt(
  given: RowToJudge,
  settings: QualitySettings,
): { row: LookedRow | undefined; findings: Finding[] } {
  const value: unknown = JSON.parse(given.text);
  if (!isObject(value)) {
    const message = "the line is not a JSON object";
    return {
      row: undefined,
      findings: [{ check: "structure", field: "", message, fixable: false }],
    };
  }
  const row = lookAt(value as JsonObject);
  return { row, findings: findingsOf(row, given, settings) };
}

/** Whether a row of these findings is to be written again. */
export const isToMend = (
  row: LookedRow | undefined,
  findings: readonly Finding[],
  { autoFix }: QualitySettings,
): boolean =>
  row !== undefined &&
  autoFix &&
  notRewritable(row) === undefined &&
  findings.every(({ fixable }) => fixable !== false);

/** Throws what `askPaid` throws. */
export async function judgeRow(
  given: RowToJudge,
  work: RowWork,
  context: UnitContext,
): Promise<RowOutcome> {
  const { settings } = work;
  const { row, findings } = lookedAt(given, settings);
  const asking = new RowAsking(work, context);
  const { scores, problem }: Scored =
    findings.length > 0 || row === undefined ? {} : await scored(row, work, asking);
  const before: Judged = { findings, scores };
  const told = () => ({
    findings,
    ...(scores !== undefined && { scores }),
    calls: asking.calls,
    ...(asking.model !== undefined && { model: asking.model }),
  });
  if (isGood(before, settings)) return { decision: "kept", isBelow: false, reasons: [], ...told() };
  const reasons = [
    ...(problem === undefined ? [] : [`it could not be judged: ${problem}`]),
    ...(scores === undefined ? [] : [`its score is ${scores.overall}`]),
    ...issuesOf({ findings, scores }),
  ];
  const rewriting =
    row !== undefined && problem === undefined && isToMend(row, findings, settings)
      ? await rewritten(row, before, work, asking)
      : undefined;
  if (rewriting !== undefined && rewriting.refused === undefined)
    return { decision: "fixed", isBelow: false, rewriting, reasons, ...told() };
  // a judge without a verdict is no reason to take a row out
  const decision = problem === undefined ? withoutRewriting(settings) : "kept";
  const why = rewriting?.refused ?? (row === undefined ? undefined : notRewritable(row));
  return {
    ...{ decision, isBelow: decision === "kept" },
    ...(rewriting !== undefined && { rewriting }),
    reasons: [...reasons, ...(settings.autoFix && why !== undefined ? [`not fixed: ${why}`] : [])],
    ...told(),
  };
}
