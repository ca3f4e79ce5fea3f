// Records written in every profile's form: what comes back is the record, or a loss says what does not.
import { expect, test } from "vitest";
import { Random } from "../../../../src/core/random.ts";
import { RowChecker } from "../../../../src/synth/profiles/check/row-checker.ts";
import type { Profile } from "../../../../src/synth/profiles/profile.ts";
import { parseProfileRow, projectRecord } from "../../../../src/synth/profiles/projecting.ts";
import { profiles } from "../../../../src/synth/profiles/registry.ts";
import { severityFor } from "../../../../src/synth/profiles/rules/rule.ts";
import type { DatasetRecord } from "../../../../src/synth/records/record.ts";
import type { JsonObject } from "../../../../src/text/types.ts";
import { rounds } from "../../../support/soak.ts";
import { madeRecord } from "./made-records.ts";

const count = rounds({ slice: 600, soak: 20_000 });

/** What is wrong with the records themselves, whatever the form: tools that are not listed, answers of weight 0. */
const ofRecords = new Set(["tool_undeclared", "nothing_to_learn"]);

function errorsOf(profile: Profile, row: JsonObject): string[] {
  const against = {
    profile,
    limits: { limits: {}, models: {} },
    model: undefined,
    counter: undefined,
  };
  const { sightings } = new RowChecker(against, false).check(row, 0);
  const codes = sightings.map(({ code }) => code).filter((code) => !ofRecords.has(code));
  return codes.filter((code) => severityFor(profile, code) === "error");
}

const again = (row: JsonObject): JsonObject => JSON.parse(JSON.stringify(row)) as JsonObject;

/** Whether a path says something of the record. */
function isThere(record: DatasetRecord, field: string): boolean {
  let value: unknown = record;
  for (const key of field.match(/[^.[\]]+/g) ?? []) {
    if (typeof value !== "object" || value === null) return false;
    value = (value as Record<string, unknown>)[key];
  }
  return value !== undefined;
}

test.each(profiles.names())(
  "%s: what is written is valid, and without a loss the record comes back equal",
  (name) => {
    const profile = profiles.get(name);
    const random = Random.fromSeed(20_261_126);
    let [whole, lossy, refused] = [0, 0, 0];
    for (let line = 1; line <= count; line++) {
      const record = madeRecord(random, line);
      for (const keepsSource of [false, true]) {
        const written = projectRecord(profile, record, { line, keepsSource });
        if ("refused" in written) {
          refused++;
          expect(written.refused.why).not.toBe("");
          continue;
        }
        for (const { field, why } of written.losses) {
          expect(why).not.toBe("");
          expect(isThere(record, field), `${field} of ${JSON.stringify(record)}`).toBe(true);
        }
        expect(errorsOf(profile, again(written.row)), JSON.stringify(written.row)).toEqual([]);
        const read = parseProfileRow(profile, again(written.row), line);
        if (written.losses.length > 0) {
          lossy++;
          continue;
        }
        whole++;
        expect(read, JSON.stringify(written.row)).toEqual({ record, losses: [] });
      }
    }
    expect(whole, `${whole} whole, ${lossy} with losses, ${refused} refused`).toBeGreaterThan(
      count / 50,
    );
  },
);
