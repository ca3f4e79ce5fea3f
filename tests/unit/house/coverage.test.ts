// Each folder of src/ has its own threshold of coverage. That the numbers hold is for make coverage to say.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { coverageThresholds, leastCovered } from "../../../dev/coverage.ts";
import config from "../../../vitest.config.ts";
import { root } from "../../support/documents.ts";

test("every folder of src/ has a threshold of coverage, and no other", () => {
  const folders = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(Object.keys(leastCovered)).toEqual(folders.toSorted());
});

test("the run that measures holds them", () => {
  expect(config).toMatchObject({ test: { coverage: { thresholds: coverageThresholds } } });
  expect(coverageThresholds).toMatchObject({ "src/providers/**": { lines: 94 } });
});
