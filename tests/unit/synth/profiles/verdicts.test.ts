// Rows judged by the validators of those who take them (tests/fixtures/forms/make.py), and by the profiles: where they
// disagree, the reason stands here, and nothing else may.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RowChecker } from "../../../../src/synth/profiles/check/row-checker.ts";
import { limitsOf, profiles, readLimits } from "../../../../src/synth/profiles/index.ts";
import { severityFor } from "../../../../src/synth/profiles/rules/rule.ts";
import type { JsonObject } from "../../../../src/text/types.ts";

interface Judged {
  profile: string;
  made: string;
  row: JsonObject;
  valid: boolean;
  problem: string | null;
}

const file = new URL("../../../fixtures/forms/verdicts.jsonl", import.meta.url);
const judged = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Judged);

function errorsOf({ profile: name, row }: Judged): string[] {
  const profile = profiles.get(name);
  const checker = new RowChecker(
    { profile, limits: limitsOf(readLimits(), name), model: undefined, counter: undefined },
    false,
  );
  return checker
    .check(row, 0)
    .sightings.map(({ code }) => code)
    .filter((code) => severityFor(profile, code) === "error");
}

/** What is refused here although the validator takes it: codes that alone decide, and why. */
const stricter: Readonly<Record<string, string>> = {
  empty_content: "an answer that says nothing teaches nothing",
  nothing_to_learn: "nor do answers that all have the weight 0",
  bad_weight:
    'true and "1" are numbers to Python alone, and Together looks at no weight of an output',
  arguments_not_json: "no validator reads them; the services' guides ask for JSON",
  call_id_unknown: "version 3 counts answers of tools; versions from 11 on also look at their ids",
  call_unanswered: "as call_id_unknown",
};

/** What the validator refuses although it is taken here. */
const looser: readonly { why: string; covers(judged: Judged): boolean }[] = [
  {
    why: "mistral-common does not count the calls of the first message, and then finds an answer too many",
    covers: ({ problem, row }) =>
      (problem ?? "").includes("Not the same number of function calls") &&
      (row["messages"] as JsonObject[])[0]?.["role"] === "assistant",
  },
];

function explained(one: Judged, errors: readonly string[]): string | undefined {
  if (one.valid) {
    const reasons = errors.map((code) => stricter[code]);
    return reasons.every((why) => why !== undefined) ? reasons[0] : undefined;
  }
  return looser.find(({ covers }) => covers(one))?.why;
}

test("profiles judge rows as mistral-common and Together do, or say why not", () => {
  const wrong: string[] = [];
  const counts: Record<string, { rows: number; good: number; alike: number }> = {};
  for (const one of judged) {
    const errors = errorsOf(one);
    const count = (counts[one.profile] ??= { rows: 0, good: 0, alike: 0 });
    count.rows++;
    if (one.valid) count.good++;
    if ((errors.length === 0) === one.valid) count.alike++;
    else if (explained(one, errors) === undefined)
      wrong.push(
        `${one.profile}, ${one.made}: ${one.problem ?? "valid"}, here ${errors.join(", ") || "valid"}: ${JSON.stringify(one.row)}`,
      );
  }
  expect(wrong, wrong.join("\n")).toEqual([]);
  for (const { rows, good, alike } of Object.values(counts)) {
    expect(good).toBeGreaterThan(0);
    expect(rows - good).toBeGreaterThan(0);
    expect(alike / rows).toBeGreaterThan(0.85);
  }
});
