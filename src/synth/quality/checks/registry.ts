// Checks of one row, in the order in which rows meet them. The next one is one file and one line here.
import { Registry } from "../../../core/registry.ts";
import type { CheckOptions, Finding, RowCheck } from "../check.ts";
import type { LookedRow } from "../looked-row.ts";
import { unknownCheck } from "../quality-errors.ts";
import { arithmetic } from "./arithmetic.ts";
import { boilerplate, refusals, repeats } from "./cleaned.ts";
import { encoding } from "./encoding.ts";
import { fences } from "./fences.ts";
import { judgeTalk } from "./judge-talk.ts";
import { language } from "./language.ts";
import { leaks } from "./leaks.ts";
import { metadata } from "./metadata.ts";
import { structure } from "./structure.ts";
import { truncated } from "./truncated.ts";
import { turns } from "./turns.ts";

export const rowChecks = new Registry<RowCheck>(
  {
    structure,
    metadata,
    encoding,
    "judge-talk": judgeTalk,
    refusals,
    repeats,
    boilerplate,
    turns,
    truncated,
    fences,
    leaks,
    language,
    arithmetic,
  },
  ({ name, known }) => unknownCheck(name, known),
);

/** A row that repeats an earlier one of its set: found where all rows are seen, not by a check of one. */
export const DUPLICATE = "duplicate";

/** Everything that the checks named find in a row. */
export function checkRow(
  row: LookedRow,
  { checks, ...options }: CheckOptions & { checks: readonly string[] },
): Finding[] {
  return checks.flatMap((check) =>
    [...rowChecks.get(check).look(row, options)].map((sight): Finding => ({ check, ...sight })),
  );
}
