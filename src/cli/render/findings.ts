// Faults of rows as lines of text, errors first.
import type { CheckReport, Finding } from "../../synth/profiles/index.ts";

const toldAtMost = 50;

const placeOf = ({ file, line, field }: Finding): string =>
  [file, line === null ? "" : `line ${line}`, field].filter((part) => part !== "").join(", ");

const textOf = (kind: string, finding: Finding): string =>
  `${kind} ${finding.code}: ${placeOf(finding)}: ${finding.message} → ${finding.hint}`;

/** The first ones, and how many there are of each code beyond. */
export function findingsText({
  errors,
  warnings,
  counts,
}: Pick<CheckReport, "errors" | "warnings" | "counts">): string[] {
  const lines = [
    ...errors.map((one) => textOf("error", one)),
    ...warnings.map((one) => textOf("warning", one)),
  ];
  if (lines.length <= toldAtMost) return lines;
  const sums = Object.entries(counts).map(([code, count]) => `${code} ${count}`);
  return [...lines.slice(0, toldAtMost), `… in all: ${sums.join(", ")}`];
}
