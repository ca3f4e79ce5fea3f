// Faults of rows as lines of text, errors first; those of one kind in one field together.
import type { CheckReport, Finding } from "../../synth/profiles/index.ts";

const toldAtMost = 50;

const placeOf = ({ file, line, field }: Finding): string =>
  [file, line === null ? "" : `line ${line}`, field].filter((part) => part !== "").join(", ");

/** Places in lists make no difference: `messages[3].name` is one fault of a file with `messages[1].name`. */
const kindOf = ({ code, file, field, message, hint }: Finding): string =>
  [code, file, field.replaceAll(/\[\d+\]/g, "[]"), message.replaceAll(/\d+/g, "#"), hint].join(
    "\0",
  );

interface Group {
  first: Finding;
  last: Finding;
  count: number;
}

/** In the order of the first of each. */
function grouped(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of findings) {
    const group = groups.get(kindOf(one));
    if (group === undefined) groups.set(kindOf(one), { first: one, last: one, count: 1 });
    else {
      group.count++;
      group.last = one;
    }
  }
  return [...groups.values()];
}

function textOf(kind: string, { first, last, count }: Group): string {
  const more = count === 1 ? "" : ` (${count} such, to line ${last.line ?? "?"})`;
  return `${kind} ${first.code}: ${placeOf(first)}: ${first.message}${more} → ${first.hint}`;
}

/** The first of each kind of fault, and how many there are of each code where not all are told. */
export function findingsText({
  errors,
  warnings,
  counts,
}: Pick<CheckReport, "errors" | "warnings" | "counts">): string[] {
  const lines = [
    ...grouped(errors).map((one) => textOf("error", one)),
    ...grouped(warnings).map((one) => textOf("warning", one)),
  ];
  const isAll = errors.length + warnings.length === lines.length && lines.length <= toldAtMost;
  if (isAll) return lines;
  const sums = Object.entries(counts).map(([code, count]) => `${code} ${count}`);
  return [...lines.slice(0, toldAtMost), `in all: ${sums.join(", ")}`];
}
