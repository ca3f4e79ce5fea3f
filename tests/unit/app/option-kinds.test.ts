// Options that are records, lists of objects and unions, over a schema made for the purpose: one schema gives YAML,
// environment variables, flags, help and JSON Schema.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { environmentLayer } from "../../../src/app/config/environment.ts";
import { readConfigFile } from "../../../src/app/config/files.ts";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveLayers } from "../../../src/app/config/resolve.ts";
import { configJsonSchema } from "../../../src/app/config/schema.ts";
import { defineCommand } from "../../../src/cli/define-command.ts";
import { parseCommandLine } from "../../../src/cli/program.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import type { DeepReadonly } from "../../../src/core/frozen.ts";
import { optionsOf } from "../../../src/core/options.ts";
import { makeFile } from "../../support/folders.ts";
import { refusal } from "../../support/refusal.ts";

const Schedule = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("cosine"), end: z.number().default(0) }),
  z.strictObject({ type: z.literal("step"), every: z.int(), factor: z.number().default(0.5) }),
]);

const Tool = z.strictObject({ name: z.string(), parameters: z.record(z.string(), z.unknown()) });

const Toy = z.strictObject({
  targets: z
    .union([z.literal("all-linear"), z.array(z.string())])
    .default("all-linear")
    .describe("Where"),
  pack: z
    .union([z.boolean(), z.literal("auto")])
    .default("auto")
    .describe("Packing"),
  layers: z.array(z.int()).default([]).describe("Which"),
  adapter: z
    .strictObject({
      ranks: z.record(z.string(), z.int().positive()).default({}).describe("Rank by path"),
      labels: z.record(z.string(), z.string()).default({}).describe("Notes"),
    })
    .prefault({}),
  schedule: z
    .union([z.enum(["linear", "constant"]), Schedule])
    .default("linear")
    .describe("How the rate falls"),
  tools: z.array(Tool).default([]).describe("What may be called"),
  limit: z
    .union([z.number(), z.literal("auto")])
    .nullable()
    .default(null)
    .describe("Most"),
});

const toy = defineCommand({
  name: "toy",
  summary: "Toy",
  options: Toy,
  examples: ["ft toy"],
  run: async () => undefined,
});

/** The values that a command line gives, by option key. */
function flagged(...args: string[]): Readonly<Record<string, unknown>> {
  const request = parseCommandLine(["toy", ...args], { version: "", commands: [toy] });
  if (request.kind !== "run") throw new Error("no command");
  return request.input.options;
}

const fromEnvironment = (environment: Record<string, string>): DeepReadonly<z.infer<typeof Toy>> =>
  resolveLayers(Toy, environmentLayer(environment, Toy)).config;

const fromYaml = (text: string): DeepReadonly<z.infer<typeof Toy>> =>
  resolveLayers(Toy, [readConfigFile("config", makeFile("toy.yml", text))]).config;

describe("flags", () => {
  test("a record is KEY=VALUE, repeated or with commas, or JSON", () => {
    const ranks = { q_proj: 16, "layers.0.v_proj": 4 };
    expect(flagged("--ranks", "q_proj=16", "--ranks", "layers.0.v_proj=4")).toEqual({
      "adapter.ranks": ranks,
    });
    expect(flagged("--ranks", "q_proj=16,layers.0.v_proj=4")).toEqual({ "adapter.ranks": ranks });
    expect(flagged("--ranks", JSON.stringify(ranks))).toEqual({ "adapter.ranks": ranks });
  });

  test("a comma or a second = inside a value stays in it", () => {
    expect(flagged("--labels", "greeting=hello, world", "--labels", "sum=1+1=2")).toEqual({
      "adapter.labels": { greeting: "hello, world", sum: "1+1=2" },
    });
  });

  test("a list of objects is JSON, whole or one flag for each", () => {
    const [a, b] = [
      { name: "a", parameters: { type: "object", note: "x,y" } },
      { name: "b", parameters: {} },
    ];
    expect(flagged("--tools", JSON.stringify([a, b]))).toEqual({ tools: [a, b] });
    expect(flagged("--tools", JSON.stringify(a), "--tools", JSON.stringify(b))).toEqual({
      tools: [a, b],
    });
  });

  test("items of a list are of its kind", () => {
    expect(flagged("--layers", "1,2", "--layers", "-1")).toEqual({ layers: [1, 2, -1] });
  });

  test.each([
    [["--targets", "all-linear"], { targets: "all-linear" }],
    [["--targets", "q_proj,v_proj"], { targets: ["q_proj", "v_proj"] }],
    [["--targets", "q_proj", "--targets", "all-linear"], { targets: ["q_proj", "all-linear"] }],
    [["--schedule", "constant"], { schedule: "constant" }],
    [["--schedule", '{"type":"step","every":3}'], { schedule: { type: "step", every: 3 } }],
    [["--limit", "2.5"], { limit: 2.5 }],
    [["--limit", "auto"], { limit: "auto" }],
    [["--limit", "none"], { limit: null }],
    [["--pack", "auto"], { pack: "auto" }],
    [["--pack", "false"], { pack: false }],
  ])("a union takes what a member takes: %j", (args, values) => {
    expect(flagged(...args)).toEqual(values);
  });
});

test("environment variables take the same texts", () => {
  expect(
    fromEnvironment({
      FT_TARGETS: "q_proj, o_proj",
      FT_ADAPTER_RANKS: "q_proj=16,o_proj=2",
      FT_SCHEDULE: '{"type":"cosine"}',
      FT_TOOLS: '[{"name":"a","parameters":{}}]',
      FT_LIMIT: "7",
    }),
  ).toMatchObject({
    targets: ["q_proj", "o_proj"],
    adapter: { ranks: { q_proj: 16, o_proj: 2 } },
    schedule: { type: "cosine", end: 0 },
    tools: [{ name: "a", parameters: {} }],
    limit: 7,
  });
});

test("YAML says them as they are; a later layer replaces a record whole", () => {
  const text = `
targets: q_proj, v_proj
adapter:
  ranks: { "layers.0.q_proj": 4 }
schedule: { type: step, every: 10 }
tools:
  - name: search
    parameters: { type: object }
`;
  expect(fromYaml(text)).toMatchObject({
    targets: ["q_proj", "v_proj"],
    adapter: { ranks: { "layers.0.q_proj": 4 } },
    schedule: { type: "step", every: 10, factor: 0.5 },
    tools: [{ name: "search", parameters: { type: "object" } }],
  });
  const later = layer("flag", "", { adapter: { ranks: { v_proj: 2 } } });
  const file = readConfigFile("config", makeFile("toy.yml", text));
  expect(resolveLayers(Toy, [file, later]).config.adapter.ranks).toEqual({ v_proj: 2 });
});

describe("what does not fit is told with its place", () => {
  const problemsOf = (text: string): { file: string; problems: readonly string[] } => {
    const file = makeFile("toy.yml", text);
    const error = refusal(() => resolveLayers(Toy, [readConfigFile("config", file)]), ConfigError);
    return { file, problems: error.problems.length > 0 ? error.problems : [error.message] };
  };

  test("the line of an item, and the key meant", () => {
    const { file, problems } = problemsOf(`adapter:
  ranks:
    q_proj: 16
    v_proj: many
tools:
  - name: a
    parameters: {}
  - naem: b
    parameters: {}
schedule:
  type: step
  evry: 3
`);
    expect(problems).toEqual([
      `${file}:4: adapter.ranks.v_proj: expected a number, not "many"`,
      `${file}:10: schedule.every: is missing: expected a number`,
      `${file}:12: schedule: unknown key evry; did you mean every?`,
      `${file}:8: tools[1].name: is missing: expected a string`,
      `${file}:8: tools[1]: unknown key naem; did you mean name?`,
    ]);
  });

  test.each([
    ["targets: 5", 'targets: expected "all-linear" or a list, not 5'],
    ["limit: [1]", 'limit: expected a number or "auto", not [1]'],
    ["schedule: { type: wave }", 'schedule.type: expected "cosine" or "step", not "wave"'],
    ["schedule: wavy", "schedule: expected"],
    ["adapter: { ranks: [1] }", "adapter.ranks: expected keys and values, not [1]"],
  ])("%s", (text, said) => {
    expect(problemsOf(text).problems[0]).toContain(said);
  });

  test("a flag is named, whatever is wrong inside its value", () => {
    const values = { tools: flagged("--tools", '[{"name": 3, "parameters": {}}]')["tools"] };
    const from = { kind: "flag" as const, values, originOf: () => "flag:--tools" };
    expect(() => resolveLayers(Toy, [from])).toThrow(
      "tools[0].name: expected a string, not 3 (from flag:--tools)",
    );
  });
});

test("help names the forms and the defaults", () => {
  const request = parseCommandLine(["toy", "--help"], { version: "", commands: [toy] });
  const text = request.kind === "done" ? request.text.replaceAll(/\s+/g, " ") : "";
  expect(text).toContain("--targets <all-linear|TEXT,…> Where (default: all-linear)");
  expect(text).toContain("--ranks <KEY=VALUE> Rank by path; may be repeated, or one JSON object");
  expect(text).toContain("--tools <JSON> What may be called; as JSON, or repeated for each");
  expect(text).toContain("--schedule <linear|constant|JSON> How the rate falls (default: linear)");
  expect(text).toContain("--limit <N|auto> Most");
});

test("JSON Schema says the same", () => {
  const { properties } = configJsonSchema(Toy) as { properties: Record<string, object> };
  expect(Object.keys(properties)).toEqual(Object.keys(Toy.shape));
  expect(properties["targets"]).toMatchObject({
    anyOf: [{ const: "all-linear" }, { type: "array", items: { type: "string" } }],
    default: "all-linear",
  });
  expect(properties["adapter"]).toHaveProperty(
    "properties.ranks.additionalProperties.type",
    "integer",
  );
  expect(properties["tools"]).toHaveProperty("items.required", ["name", "parameters"]);
});

test("what text cannot carry is refused when the program is written", () => {
  expect(() => optionsOf(z.strictObject({ when: z.date() }))).toThrow(
    "option when has a kind that no flag can carry",
  );
});
