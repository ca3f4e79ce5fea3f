// Scores of one row: what is asked, and what an answer says. An answer counts when it scores every criterion and quotes
// the row for at least half of them: a judge that has not read the row says nothing about it.
import { isObject, type JsonObject } from "../../providers/json.ts";
import type { ChatReply, ChatRequest } from "../../providers/types.ts";
import { fillPrompt, type PromptFile } from "../make/prompts.ts";
import { jsonIn } from "../make/read-answer.ts";
import { isQuoted, quotable } from "./evidence.ts";
import type { LookedRow } from "./looked-row.ts";
import { highest, lowest, type QualitySettings, scoringTemperature } from "./settings.ts";
import { shownRow } from "./shown-row.ts";

/** A criterion as a job has it: by name, and what it asks. */
export interface AskedCriterion {
  name: string;
  title: string;
  /** What is asked, in the words of its prompt file. */
  asks: string;
}

export interface CriterionScore {
  /** 0 to 10. */
  score: number;
  /** Words of the row that decide it. */
  evidence: string;
  /** Whether these words stand in the row. */
  isQuoted: boolean;
  /** What is wrong; empty where nothing is. */
  issue: string;
}

export interface RowScores {
  criteria: Record<string, CriterionScore>;
  /** 0 to 10, to a tenth. */
  overall: number;
  suggestions: string[];
  /** What the judge itself would do. */
  says: "keep" | "fix" | undefined;
}

/**
 * Between the mean and the lowest: what is good by four criteria and false by the fifth is no good row. A row of one
 * score by all criteria has that score.
 */
export function overallOf(scores: readonly number[]): number {
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  return Math.round(5 * (mean + Math.min(...scores))) / 10;
}

/** Characters of evidence and issue where a schema bounds them. */
const longestText = 200;

const text = (isBounded: boolean, least: number): JsonObject =>
  isBounded ? { type: "string", minLength: least, maxLength: longestText } : { type: "string" };

/** `isExact`: for what keeps to every word of a schema. */
export function scoreSchema(criteria: readonly AskedCriterion[], isExact: boolean): JsonObject {
  const levels = Array.from({ length: highest - lowest + 1 }, (_, at) => lowest + at);
  const one = {
    type: "object",
    properties: {
      evidence: text(isExact, 1),
      issue: text(isExact, 0),
      score: isExact ? { enum: levels } : { type: "integer" },
    },
    required: ["evidence", "issue", "score"],
    additionalProperties: false,
  };
  const names = criteria.map(({ name }) => name);
  const suggestions = { type: "array", items: text(isExact, 1), ...(isExact && { maxItems: 3 }) };
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(names.map((name) => [name, one])),
      fix_suggestions: suggestions,
      keep_or_fix: { type: "string", enum: ["keep", "fix"] },
    },
    required: [...names, "fix_suggestions", "keep_or_fix"],
    additionalProperties: false,
  };
}

export interface ScoreParts {
  prompt: PromptFile;
  criteria: readonly AskedCriterion[];
  keepsSchemas: boolean;
  settings: Pick<QualitySettings, "maxTokens" | "seed">;
}

/** `attempt`, from 0, makes another call of it. */
export function scoreRequest(row: LookedRow, attempt: number, parts: ScoreParts): ChatRequest {
  const { prompt, criteria, keepsSchemas, settings } = parts;
  const listed = criteria.map(({ name, title, asks }) => `- ${name} (${title}): ${asks}`);
  const values = { criteria: listed.join("\n"), row: shownRow(row) };
  return {
    system: fillPrompt(prompt.system, values),
    prompt: fillPrompt(prompt.prompt, values),
    schema: { name: "scores", schema: scoreSchema(criteria, keepsSchemas) },
    maxTokens: settings.maxTokens,
    temperature: scoringTemperature,
    seed: settings.seed + attempt,
  };
}

/** A score as models write it: 7, "7", "7/10". Undefined for anything else. */
function scoreIn(value: unknown): number | undefined {
  const written =
    typeof value === "string" ? /^\s*(\d+(?:\.\d+)?)(?:\s*\/\s*10)?\s*$/.exec(value)?.[1] : value;
  const score = typeof written === "string" ? Number(written) : written;
  const isScore = typeof score === "number" && score >= lowest && score <= highest;
  return isScore ? score : undefined;
}

const said = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

function criterionIn(value: unknown, quotes: string): CriterionScore | undefined {
  if (!isObject(value)) return undefined;
  const score = scoreIn(value["score"]);
  if (score === undefined) return undefined;
  const evidence = said(value["evidence"]).slice(0, 1000);
  const issue = said(value["issue"]).slice(0, 1000);
  return { score, evidence, isQuoted: isQuoted(evidence, quotes), issue };
}

function textsIn(value: unknown): string[] {
  const all = Array.isArray(value) ? (value as unknown[]) : [];
  return all.flatMap((one) => (said(one) === "" ? [] : [said(one).slice(0, 1000)])).slice(0, 10);
}

export type ReadScores = { scores: RowScores } | { problem: string };

export function readScores(
  { text: answer, end }: Pick<ChatReply, "text" | "end">,
  row: LookedRow,
  criteria: readonly AskedCriterion[],
): ReadScores {
  if (end === "refused") return { problem: "the judge would not answer" };
  const value = jsonIn(answer, /score/);
  if (!isObject(value)) return { problem: "the judge's answer holds no scores" };
  const quotes = quotable(row);
  const found = criteria.map(({ name }) => [name, criterionIn(value[name], quotes)] as const);
  const missing = found.find(([, score]) => score === undefined);
  if (missing !== undefined)
    return { problem: `the judge gave no score from 0 to 10 for ${missing[0]}` };
  const scored = Object.fromEntries(found) as Record<string, CriterionScore>;
  const all = Object.values(scored);
  if (2 * all.filter((one) => one.isQuoted).length < all.length)
    return { problem: "what the judge quotes does not stand in the row" };
  const says = value["keep_or_fix"];
  return {
    scores: {
      criteria: scored,
      overall: overallOf(all.map(({ score }) => score)),
      suggestions: textsIn(value["fix_suggestions"]),
      says: says === "keep" || says === "fix" ? says : undefined,
    },
  };
}
