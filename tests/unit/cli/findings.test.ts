// Faults of many rows as a few lines: those of one kind in one field are told once, with how many there are.
import { expect, test } from "vitest";
import { findingsText } from "../../../src/cli/render/findings.ts";

const fault = (line: number, field: string) => ({
  ...{ code: "extra_key" as const, file: "rows.jsonl", line, field },
  ...{ message: `messages have no field "spans" here`, hint: "ft data fix", fixable: true },
});

test("a field that every message has is one line; the sums stand below", () => {
  const warnings = Array.from({ length: 10 }, (_, at) => [
    fault(at + 1, "messages[0].spans"),
    fault(at + 1, "messages[1].spans"),
    fault(at + 1, "source"),
  ]).flat();
  expect(findingsText({ errors: [], warnings, counts: { extra_key: 30 } })).toEqual([
    'warning extra_key: rows.jsonl, line 1, messages[0].spans: messages have no field "spans" here (20 such, to line 10) → ft data fix',
    'warning extra_key: rows.jsonl, line 1, source: messages have no field "spans" here (10 such, to line 10) → ft data fix',
    "in all: extra_key 30",
  ]);
});

test("one of each is told as it is", () => {
  const errors = [fault(3, "source")];
  expect(findingsText({ errors, warnings: [], counts: { extra_key: 1 } })).toEqual([
    'error extra_key: rows.jsonl, line 3, source: messages have no field "spans" here → ft data fix',
  ]);
});
