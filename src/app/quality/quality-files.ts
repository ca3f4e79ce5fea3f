// What judging writes: the rows that stay, the rows that do not and the originals of rewritten ones with their reasons
// (in the form that `ft data clean --undo` puts back), and a report with a line a row. Each whole or not at all.
import type { DroppedLine } from "../../synth/clean/dropped-file.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";
import type { RowOutcome } from "./judge-row.ts";
import type { JudgedRow } from "./outcomes.ts";

export interface QualityFiles {
  output?: string | undefined;
  quarantine?: string | undefined;
  report?: string | undefined;
}

/** Names of what was done, for putting back one kind of it. */
export const steps = { fixed: "quality-fixed", removed: "quality-removed" } as const;

/** A row of the report. */
function told({ row, outcome }: JudgedRow): object {
  const { decision, isBelow, scores, findings, reasons, rewriting, calls } = outcome;
  return {
    ...{ id: row.id, line: row.line, decision, below: isBelow },
    score: scores?.overall ?? null,
    after: decision === "fixed" ? (rewriting?.scores?.overall ?? null) : null,
    ...{ criteria: scores?.criteria ?? null, findings, reasons, calls },
  };
}

function detailsOf({ scores, findings, rewriting }: RowOutcome): object {
  const { text, scores: after, better, refused } = rewriting ?? {};
  return {
    ...{ score: scores?.overall ?? null, findings },
    ...(scores !== undefined && { criteria: scores.criteria }),
    ...(rewriting !== undefined && { rewriting: { text, score: after?.overall, better, refused } }),
  };
}

/** Undefined for a row that stays as it is. */
export function quarantineLine({ row, outcome }: JudgedRow): DroppedLine | undefined {
  const { decision, reasons } = outcome;
  if (decision === "kept") return undefined;
  return {
    ...{ id: row.id, position: row.position, action: decision === "fixed" ? "change" : "drop" },
    ...{ step: steps[decision], reason: reasons.join("; ") },
    ...{ details: detailsOf(outcome), row: row.text },
  };
}

/** The line that stays; undefined for a row that is taken out. */
export function stayingText({ row, outcome }: JudgedRow): string | undefined {
  if (outcome.decision === "removed") return undefined;
  return outcome.decision === "fixed" ? outcome.rewriting?.text : row.text;
}

export class QualityWriter implements Disposable {
  readonly #output: WholeFile | undefined;
  readonly #quarantine: WholeFile | undefined;
  readonly #report: WholeFile | undefined;
  #rows = 0;

  constructor({ output, quarantine, report }: QualityFiles) {
    this.#output = output === undefined ? undefined : new WholeFile(output);
    this.#quarantine = quarantine === undefined ? undefined : new WholeFile(quarantine);
    this.#report = report === undefined ? undefined : new WholeFile(report);
    this.#report?.write('{"rows": [');
  }

  take(judged: JudgedRow): void {
    const stays = stayingText(judged);
    if (stays !== undefined) this.#output?.line(stays);
    const line = quarantineLine(judged);
    if (line !== undefined) this.#quarantine?.line(JSON.stringify(line));
    this.#report?.write(`${this.#rows++ === 0 ? "" : ","}\n  ${JSON.stringify(told(judged))}`);
  }

  async commit(summary: object): Promise<void> {
    this.#report?.write(`\n], "summary": ${JSON.stringify(summary, null, 2)}}\n`);
    await this.#output?.commit();
    await this.#quarantine?.commit();
    await this.#report?.commit();
  }

  [Symbol.dispose](): void {
    this.#output?.discard();
    this.#quarantine?.discard();
    this.#report?.discard();
  }
}
