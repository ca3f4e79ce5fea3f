// Splits: shares, what stays together, what is frozen, and what is warned of.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { splitDataset, type SplitRequest } from "../../../src/app/data/split.ts";
import { Random } from "../../../src/core/random.ts";
import { largestRemainder, ratiosOf } from "../../../src/synth/split/ratios.ts";

const folder = mkdtempSync(join(tmpdir(), "ft-split-"));
let files = 0;

function written(rows: readonly unknown[]): string {
  const file = join(folder, `rows-${files++}.jsonl`);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

const usual: Omit<SplitRequest, "file"> = {
  ratios: { train: 0.8, validation: 0.2 },
  clusters: false,
  threshold: 0.8,
  policy: "proportional",
  cap: {},
  seed: 0,
};

interface Row {
  id: string;
  text: string;
  [key: string]: unknown;
}

const rowsOf = (count: number, more: (at: number) => object = () => ({})): Row[] =>
  Array.from({ length: count }, (_, at) => ({ id: `r${at}`, text: `text ${at}`, ...more(at) }));

async function split(rows: readonly unknown[], request: Partial<SplitRequest> = {}) {
  const assignments = join(folder, `a-${files++}.jsonl`);
  const told = await splitDataset({}, { ...usual, file: written(rows), assignments, ...request });
  const lines = readFileSync(assignments, "utf8").trimEnd().split("\n");
  const assigned = lines.map((line) => JSON.parse(line) as { id: string; split: string });
  return {
    told,
    assigned,
    of: new Map(assigned.map((each) => [each.id, each.split])),
    assignments,
  };
}

const counts = (assigned: readonly { split: string }[], name: string): number =>
  assigned.filter(({ split: own }) => own === name).length;

test("largest remainders give whole numbers that add up", () => {
  expect(largestRemainder(10, [0.8, 0.1, 0.1])).toEqual([8, 1, 1]);
  expect(largestRemainder(7, [0.8, 0.1, 0.1])).toEqual([5, 1, 1]);
  expect(largestRemainder(30, [0.1, 0.9])).toEqual([3, 27]);
  expect(largestRemainder(3, [1 / 3, 1 / 3, 1 / 3])).toEqual([1, 1, 1]);
  expect(largestRemainder(1, [0.5, 0.5], [0, 3])).toEqual([0, 1]);
});

test("flags of their own: what is left is the other's", () => {
  expect(ratiosOf({ train: 0.7, val: 0.2, test: 0.1 })).toEqual({
    train: 0.7,
    validation: 0.2,
    test: 0.1,
  });
  expect(ratiosOf({ train: 0.9 })).toEqual({ train: 0.9, validation: 0.1 });
  expect(ratiosOf({ test: 0.25 })).toEqual({ train: 0.75, test: 0.25 });
  expect(ratiosOf({})).toBeUndefined();
});

describe("shares", () => {
  test("are met exactly, and the same rows go the same way whatever their order", async () => {
    const rows = rowsOf(101);
    const first = await split(rows);
    const shuffled = await split(Random.fromSeed(2).shuffled(rows));
    expect(counts(first.assigned, "train")).toBe(81);
    expect(Object.fromEntries(shuffled.of)).toEqual(Object.fromEntries(first.of));
    expect(first.told.warnings).toEqual([]);
    const other = await split(rows, { seed: 1 });
    expect(Object.fromEntries(other.of)).not.toEqual(Object.fromEntries(first.of));
    expect(first.assigned.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  });

  test("rows without an id are known by their text in dividing, by their line in the file", async () => {
    const texts = Array.from({ length: 20 }, (_, at) => ({ text: `only ${at}` }));
    const first = await split(texts);
    const turned = await split(texts.toReversed());
    expect(first.assigned[3]?.id).toBe("4");
    expect(turned.assigned.toReversed().map((each) => each.split)).toEqual(
      first.assigned.map((each) => each.split),
    );
  });

  test("of each value of a field: 10, 5 and 1 rows", async () => {
    const topic = (at: number): object => ({
      meta: { topic: at < 10 ? "a" : at < 15 ? "b" : "c" },
    });
    const { told, assigned } = await split(rowsOf(16, topic), { stratify: "topic" });
    const of = (from: number, to: number): number => counts(assigned.slice(from, to), "train");
    expect([of(0, 10), of(10, 15), of(15, 16)]).toEqual([8, 4, 1]);
    expect(told.strata).toBe(3);
  });

  test("that cannot be reached are told by name; min_one gives each split a row of each value", async () => {
    const rows = rowsOf(20, (at) => ({ topic: `t${Math.floor(at / 2)}` }));
    const proportional = await split(rows, { stratify: "topic" });
    expect(proportional.told.warnings).toEqual(["share_not_reachable", "validation_empty"]);
    const one = await split(rows, { stratify: "topic", policy: "min_one" });
    expect(counts(one.assigned, "validation")).toBe(10);
    expect(one.told.warnings).toEqual(["share_not_reachable"]);
  });
});

describe("what stays together", () => {
  test("rows of one value of a field, and of one conversation", async () => {
    const rows = rowsOf(60, (at) => ({ source: { file: `f${at % 12}` } }));
    const { assigned, told } = await split(rows, { unit: "source" });
    for (let at = 0; at < 12; at++)
      expect(
        new Set(assigned.filter((_, row) => row % 12 === at).map((each) => each.split)).size,
      ).toBe(1);
    expect(told).toMatchObject({ units: 12, joined: 12, warnings: ["share_not_reachable"] });
    const talks = rowsOf(10, (at) => ({ conversation_id: at < 5 ? "x" : `y${at}` }));
    const { assigned: spoken } = await split(talks, { ratios: { train: 0.5, validation: 0.5 } });
    expect(new Set(spoken.slice(0, 5).map((each) => each.split)).size).toBe(1);
  });

  test("rows of one id, whatever they say", async () => {
    const rows = [...rowsOf(20), ...rowsOf(20).map((row) => ({ ...row, text: `again ${row.id}` }))];
    const { told, assigned } = await split(rows, { ratios: { train: 0.5, validation: 0.5 } });
    expect(told).toMatchObject({ units: 20, joined: 20 });
    const splits = new Map<string, Set<string>>();
    for (const { id, split: own } of assigned)
      splits.set(id, (splits.get(id) ?? new Set()).add(own));
    expect([...splits.values()].filter(({ size }) => size > 1)).toEqual([]);
    expect(counts(assigned, "validation")).toBe(20);
  });

  test("a field that no row has is told", async () => {
    const { told } = await split(rowsOf(10), { unit: "sorce", stratify: "topik" });
    expect(told.warnings).toEqual(["stratify_field_missing", "unit_field_missing"]);
    expect(told.notes["unit_field_missing"]).toContain("sorce");
    const known = await split(
      rowsOf(10, (at) => ({ topic: at % 2 })),
      { stratify: "topic" },
    );
    expect(known.told.warnings).toEqual([]);
  });

  test("near-duplicates, unless that is not wanted", async () => {
    const text = "The river runs past the houses where nobody waits for the late train number";
    const same = Array.from({ length: 6 }, (_, at) => ({
      id: `n${at}`,
      text: `${text}${"!".repeat(at)}`,
    }));
    const others = rowsOf(24).map((row, at) => ({ ...row, text: `${at} `.repeat(30) }));
    const { assigned, told } = await split([...same, ...others], { clusters: true });
    expect(new Set(assigned.slice(0, 6).map((each) => each.split)).size).toBe(1);
    expect(told.joined).toBe(1);
    expect(counts(assigned, "validation")).toBe(6);
    expect((await split([...same, ...others])).told.units).toBe(30);
  });
});

describe("frozen rows", () => {
  test("stay when a set grows, and the new ones fill up", async () => {
    const before = await split(rowsOf(50));
    const after = await split(rowsOf(80), { frozen: before.assignments });
    for (const [id, name] of before.of) expect(after.of.get(id)).toBe(name);
    expect(counts(after.assigned, "train")).toBe(64);
  });

  test("take what belongs to them along, and divided ones are told", async () => {
    const frozen = written([{ id: "r0", split: "validation" }]);
    const together = rowsOf(20, (at) => ({ talk: at < 4 ? "one" : `t${at}` }));
    const { of } = await split(together, { frozen, unit: "talk" });
    expect([0, 1, 2, 3].map((at) => of.get(`r${at}`))).toEqual(Array(4).fill("validation"));
    const torn = written([
      { id: "r0", split: "validation" },
      { id: "r1", split: "train" },
    ]);
    const divided = await split(together, { frozen: torn, unit: "talk" });
    expect(divided.told.warnings).toContain("frozen_unit_divided");
    expect(divided.of.get("r0")).toBe("validation");
  });

  test("come from a file of assignments", async () => {
    const bad = split(rowsOf(3), { frozen: written([{ id: "r0" }]) });
    await expect(bad).rejects.toMatchObject({ code: "FT-SPLIT-004", exitCode: 4 });
    await expect(split(rowsOf(3), { frozen: "/nowhere/a.jsonl" })).rejects.toMatchObject({
      code: "FT-SPLIT-004",
    });
  });
});

describe("caps and refusals", () => {
  test("no more rows than the cap, the rest to training, and a warning", async () => {
    const { assigned, told } = await split(rowsOf(100), { cap: { validation: 5 } });
    expect(counts(assigned, "validation")).toBe(5);
    expect(told.warnings).toEqual(["validation_capped"]);
    const unneeded = await split(rowsOf(100), { cap: { validation: 50 } });
    expect(unneeded.told.warnings).toEqual([]);
  });

  test.each([
    [{ ratios: { train: 0.8, validation: 0.3 } }, "FT-SPLIT-001"],
    [{ ratios: { train: 1.1, validation: -0.1 } }, "FT-SPLIT-001"],
    [{ ratios: { train: Number.NaN, validation: 1 } }, "FT-SPLIT-001"],
    [{ cap: { other: 3 } }, "FT-SPLIT-002"],
    [{ cap: { train: 1, validation: 1 } }, "FT-SPLIT-003"],
  ])("%j is refused with exit 2", async (request, code) => {
    await expect(split(rowsOf(5), request)).rejects.toMatchObject({ code, exitCode: 2 });
  });

  test("an empty validation is told, not made up", async () => {
    const { told } = await split(rowsOf(2));
    expect(told.warnings).toEqual(["validation_empty"]);
  });
});

test("a folder gets a file a split with the rows as they were", async () => {
  const output = join(folder, "out");
  const rows = rowsOf(10);
  await split(rows, { output, ratios: { train: 0.5, validation: 0.5, test: 0 } });
  const read = (name: string): string[] =>
    readFileSync(join(output, `${name}.jsonl`), "utf8")
      .split("\n")
      .filter((line) => line !== "");
  expect([...read("train"), ...read("validation")].toSorted()).toEqual(
    rows.map((row) => JSON.stringify(row)).toSorted(),
  );
  expect(read("test")).toEqual([]);
});
