// The schema that editors read: every configuration that is shipped points to it and fits, and what does not fit is
// found, by a validator that knows nothing of ft.
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { initTraining } from "../../../src/app/train/init.ts";
import { root } from "../../support/documents.ts";
import { validatorOf } from "../../support/json-validator.ts";

const POINTER = /^# yaml-language-server: \$schema=(\S+)\n/;

/** What is wrong with a configuration: nothing, for one that points to a schema and fits it. */
function problemOf(file: string): string | undefined {
  const text = readFileSync(file, "utf8");
  const [, named] = POINTER.exec(text) ?? [];
  if (named === undefined) return "its first line points to no schema";
  const schema = join(dirname(file), named);
  if (!existsSync(schema)) return `${named} is not there`;
  const fits = validatorOf(JSON.parse(readFileSync(schema, "utf8")));
  return fits(parse(text)) ? undefined : "it does not fit";
}

const shipped = ["configs", "configs/examples", "configs/sweeps", "configs/domains"].flatMap(
  (folder) => readdirNames(folder).map((name) => `${folder}/${name}`),
);

function readdirNames(folder: string): string[] {
  const runs = /^(?!common-parameters|languages|provider-limits).*\.ya?ml$/;
  return readdirSync(join(root, folder)).filter((name) => runs.test(name));
}

test("every shipped configuration, sweep and domain is among them", () => {
  const of = (folder: string): number => shipped.filter((file) => file.startsWith(folder)).length;
  expect([of("configs/domains/"), of("configs/sweeps/")]).toEqual([12, 1]);
});

test.each(shipped)("%s points to its schema and fits", (file) => {
  expect(problemOf(join(root, file))).toBeUndefined();
});

test("what ft init writes points to its schema and fits", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ft-init-"));
  await initTraining(folder);
  expect(problemOf(join(folder, "ft.yaml"))).toBeUndefined();
});

test("a wrong key, a wrong type and a value out of range are found", () => {
  const fits = validatorOf(JSON.parse(readFileSync(join(root, "configs/schema.json"), "utf8")));
  expect(fits({ lora: { r: 8 }, "x-mine": 1 })).toBe(true);
  for (const wrong of [{ lora: { rank: 8 } }, { lora: { r: "8" } }, { seed: -1 }, { nonsense: 1 }])
    expect(fits(wrong), JSON.stringify(wrong)).toBe(false);
});

const schemaOf = (folder: string): ReturnType<typeof validatorOf> =>
  validatorOf(JSON.parse(readFileSync(join(root, folder, "schema.json"), "utf8")));

test(
  "a sweep's settings are those of a configuration, by group or by dotted key",
  { timeout: 120_000 },
  () => {
    const fits = schemaOf("configs/sweeps");
    const base = { model: { name: "builtin/tiny" }, "lora.r": 8 };
    expect(
      fits({ base, grid: { "lora.r": [8, 16] }, list: [{ lora: { alpha: 16 }, seed: 1 }] }),
    ).toBe(true);
    const wrong = [
      { grid: { "lora.rank": [8] } },
      { grid: { "lora.r": ["8"] } },
      { grid: { "lora.r": [] } },
      { grid: { "lora.r": 8 } },
      { list: [{ lora: { rank: 8 } }] },
      { list: [{ output_dir: "./other" }] },
      { base: 3 },
      { grids: {} },
    ];
    expect(wrong.filter((one) => fits(one))).toEqual([]);
  },
);

test("a domain's values are weights, with words or without", () => {
  const fits = schemaOf("configs/domains");
  const domain = parse(readFileSync(join(root, "configs/domains/coaching.yaml"), "utf8")) as object;
  const tone = (values: unknown): object => ({
    ...domain,
    parameters: { tone: { says: "Tone", values } },
  });
  expect(fits(tone({ calm: 60, curt: { weight: 40, says: "short" } }))).toBe(true);
  const { name: _, ...nameless } = domain as { name: string };
  const wrong = [
    tone({ calm: "60" }),
    tone({ calm: { weight: 0 } }),
    tone({ calm: { weight: 60, say: "x" } }),
    nameless,
    { ...domain, subdomains: [] },
    { ...domain, colour: "blue" },
  ];
  expect(wrong.filter((one) => fits(one))).toEqual([]);
});
