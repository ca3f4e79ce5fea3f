// What becomes of a row: kept, fixed or removed, with the reasons. One rule for rows of files and of datasets; knows no
// model and no store.
import type { Finding } from "./check.ts";
import type { RowScores } from "./scores.ts";
import type { QualitySettings } from "./settings.ts";

export type Decision = "kept" | "fixed" | "removed";

/** Of an original and its rewriting, shown in both orders. A tie too where the orders disagree. */
export type Better = "original" | "rewriting" | "tie";

export interface Judged {
  findings: readonly Finding[];
  /** Undefined where checks have settled it, or the judge could not. */
  scores: RowScores | undefined;
}

/** A tie counts for the rewriting where it is better by so much. */
const leastGain = 1;

export const isGood = (
  { findings, scores }: Judged,
  { minQualityScore }: Pick<QualitySettings, "minQualityScore">,
): boolean => findings.length === 0 && scores !== undefined && scores.overall >= minQualityScore;

/** Why a rewriting does not take the row's place; undefined where it does. */
export function refusedRewriting(
  before: Judged,
  after: Judged,
  better: Better | undefined,
  settings: Pick<QualitySettings, "minQualityScore">,
): string | undefined {
  const [finding] = after.findings;
  if (finding !== undefined) return `the rewriting: ${finding.message}`;
  if (after.scores === undefined) return "the rewriting could not be judged";
  const [old, now] = [before.scores?.overall, after.scores.overall];
  if (now < settings.minQualityScore) return `the rewriting scores ${now}`;
  if (old !== undefined && now <= old) return `the rewriting scores ${now}, the row ${old}`;
  if (better === "original") return "the original is better than the rewriting, in both orders";
  const gain = old === undefined ? leastGain : now - old;
  if (better === "tie" && gain < leastGain)
    return "the judge does not tell the rewriting from the original";
  return undefined;
}

/** Rows below the bar for which there is no rewriting. */
export const withoutRewriting = ({ autoRemove }: Pick<QualitySettings, "autoRemove">): Decision =>
  autoRemove ? "removed" : "kept";

/** What is wrong with a row, in words for a person and for whoever writes it again. */
export function issuesOf({ findings, scores }: Judged): string[] {
  const found = findings.map(({ field, message }) =>
    field === "" ? message : `${field}: ${message}`,
  );
  const criteria = Object.entries(scores?.criteria ?? {});
  const low = criteria
    .filter(([, { score, issue }]) => issue !== "" && score < 10)
    .map(([name, { issue, score }]) => `${name} ${score}: ${issue}`);
  const suggested = (scores?.suggestions ?? []).map((one) => `suggestion: ${one}`);
  return [...found, ...low, ...suggested];
}
