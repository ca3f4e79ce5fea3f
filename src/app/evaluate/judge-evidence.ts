// What a judge said of one answer, or of two: read from the files that it wrote beside them.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { wholeRows } from "../../core/kept-rows.ts";
import { type AnswerSheet, jsonAt } from "./answer-sheets.ts";
import { judgedFolder } from "./judging/judged-folder.ts";

export interface Evidence {
  /** The judge. */
  by: string;
  /** The criterion; null of a comparison of two. */
  criterion: string | null;
  /** Of a criterion, a number; of two answers, who is better: the base, the other, or a tie. */
  verdict: number | "base" | "other" | "tie";
  evidence: string;
  /** Of a comparison: which answer the judge saw first. */
  order: "base first" | "other first" | null;
}

interface Line {
  index: number;
  replies: unknown[];
}

const Criterion = z.object({ evidence: z.string(), score: z.number() });
const Opinion = z.object({ evidence: z.string(), better: z.enum(["A", "B", "tie"]) });

const lineOf = (file: string, index: number): Line | undefined =>
  existsSync(file) ? wholeRows<Line>(file).find((line) => line.index === index) : undefined;

const judgeNamed = (file: string): string => {
  const { model } = jsonAt(file);
  return typeof model === "string" ? model : "the judge";
};

function ofCriteria({ folder }: AnswerSheet, index: number): Evidence[] {
  const reply = lineOf(join(folder, "judgements.jsonl"), index)?.replies[0];
  if (typeof reply !== "object" || reply === null) return [];
  const by = judgeNamed(join(folder, "judgements.json"));
  return Object.entries(reply).flatMap(([criterion, value]): Evidence[] => {
    const { success, data } = Criterion.safeParse(value);
    if (!success) return [];
    return [{ by, criterion, verdict: data.score, evidence: data.evidence, order: null }];
  });
}

/** Of a model of a benchmark against its first, in both orders. */
function ofPair({ folder, comparedWith }: AnswerSheet, index: number): Evidence[] {
  if (comparedWith === null) return [];
  const number = /model-(\d+)$/.exec(folder)?.[1];
  const judged = judgedFolder(dirname(folder));
  const replies = lineOf(join(judged, `judged-${number}.jsonl`), index)?.replies ?? [];
  const report = jsonAt(join(dirname(folder), "report.json"))["judge"] as { model?: string } | null;
  return replies.flatMap((reply, at): Evidence[] => {
    const { success, data } = Opinion.safeParse(reply);
    if (!success) return [];
    const [a, b] = at === 0 ? (["base", "other"] as const) : (["other", "base"] as const);
    const verdict = data.better === "tie" ? "tie" : data.better === "A" ? a : b;
    const order = at === 0 ? "base first" : "other first";
    const by = report?.model ?? "the judge";
    return [{ by, criterion: null, verdict, evidence: data.evidence, order }];
  });
}

/** All that a judge wrote of the answer at this place; empty where none was asked. */
export function evidenceOf(sheet: AnswerSheet, index: number): Evidence[] {
  return [...ofCriteria(sheet, index), ...ofPair(sheet, index)];
}
