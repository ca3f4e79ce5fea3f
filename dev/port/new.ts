// `make port-new MODEL_TYPE`: what a type's configuration says, what its checkpoint holds and which modules compute,
// for one who is about to write the architecture; writes a first specimen where there is none.
//   node --import tsx dev/port/new.ts [--json] MODEL_TYPE
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { openModelFolder } from "../../src/weights/index.ts";
import { adviceOn } from "./advice.ts";
import { changes, kindsOf, type NamedTensor, withoutRepeats } from "./blocks.ts";
import { describe, type Described, isRefusal } from "./reference.ts";

const root = path.join(import.meta.dirname, "../..");
const fixtures = path.join(root, "tests/fixtures/models");

const { values: flags, positionals } = parseArgs({
  options: { json: { type: "boolean" } },
  allowPositionals: true,
});

const shapeOf = (shape: readonly number[]): string => `(${shape.join(", ")})`;

function columns(rows: readonly (readonly string[])[], indent: string): string[] {
  const widths =
    rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  const padded = (row: readonly string[]): string =>
    row.map((text, at) => text.padEnd(widths[at] ?? 0)).join("  ");
  return rows.map((row) => `${indent}${padded(row)}`.trimEnd());
}

function fieldLines({ fields, tiny }: Described): string[] {
  const rows = fields.map(({ name, type, default: value }) => [
    name,
    value,
    name in tiny ? JSON.stringify(tiny[name]) : "",
    type,
  ]);
  return columns([["field", "default", "tiny", "type"], ...rows], "  ");
}

function tensorLines({ tensors = [], blockPath = "" }: Described): string[] {
  const { outside, kinds } = kindsOf(tensors, blockPath);
  const rows = (list: readonly NamedTensor[], indent: string): string[] =>
    columns(
      withoutRepeats(list).map(({ name, shape }) => [name, shapeOf(shape)]),
      indent,
    );
  return [
    ...rows(outside, "  "),
    ...kinds.flatMap(({ blocks, tensors: inside }) => [
      `  ${blockPath}.{${blocks.join()}}.`,
      ...rows(inside, "    "),
    ]),
  ];
}

/** Modules of the first block, and of each later one that has others. */
function moduleLines({ modules = [] }: Described): string[] {
  const seen = new Set<string>();
  return modules.flatMap((inside, block) => {
    const key = JSON.stringify(inside);
    if (seen.has(key)) return [];
    seen.add(key);
    return [
      `  block ${block}`,
      ...columns(
        inside.map(({ path: at, kind }) => [at, kind]),
        "    ",
      ),
    ];
  });
}

const namesInBlocks = (names: readonly string[]): Set<string> =>
  new Set(names.flatMap((name) => /\.\d+\.(.+)$/.exec(name)?.[1] ?? []));

/** Tensor names inside the blocks of every fixture that has weights, by fixture. */
async function builtNames(): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (const name of readdirSync(fixtures)) {
    const folder = path.join(fixtures, name);
    if (existsSync(path.join(folder, "from.json"))) continue;
    const { tensors } = await openModelFolder(folder);
    found.set(name, namesInBlocks([...tensors.keys()]));
  }
  return found;
}

async function nearestLines({ tensors = [] }: Described): Promise<string[]> {
  const own = namesInBlocks(tensors.map(({ name }) => name));
  const compared = [...(await builtNames())].map(
    ([name, names]) => [name, changes(names, own)] as const,
  );
  const distance = ({ added, gone }: ReturnType<typeof changes>): number =>
    added.length + gone.length;
  const [nearest] = compared.toSorted(([, a], [, b]) => distance(a) - distance(b));
  if (nearest === undefined) return [];
  const [name, { added, gone }] = nearest;
  const list = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`  ${what}: ${names.join(", ")}`];
  const rest = [...list("more", added), ...list("missing", gone)];
  return [
    `Blocks are most like those of ${name}${rest.length === 0 ? ", by name the same" : ""}`,
    ...rest,
  ];
}

function writeSpecimen(modelType: string, text: string): string {
  const relative = `dev/port/architectures/${modelType}.py`;
  if (existsSync(path.join(root, relative))) return `The specimen is ${relative}.`;
  writeFileSync(path.join(root, relative), text);
  return `Wrote ${relative}, a first specimen.`;
}

/** What the class computes is told nowhere but in its source. */
const near = (file: string): string => path.relative(root, file);

async function show(modelType: string, found: Described): Promise<string> {
  const specimen = writeSpecimen(modelType, found.specimen);
  const head = [
    `${modelType}, transformers ${found.transformers}: ${found.modelClass ?? "no model"}`,
    ...[found.configuration, found.source ?? ""].filter(Boolean).map((file) => `  ${near(file)}`),
    ...["", "Configuration", ...fieldLines(found), ""],
  ];
  if (found.problem !== null)
    return [
      ...head,
      `No model of these sizes: ${found.problem}`,
      specimen,
      "Name the sizes there.",
    ].join("\n");
  return [
    ...head,
    ...["Tensors of the tiny model's checkpoint", ...tensorLines(found), ""],
    ...["Modules of its blocks", ...moduleLines(found), ""],
    ...[...(await nearestLines(found)), "", specimen],
    `Next: make port ${modelType}`,
  ].join("\n");
}

async function main(): Promise<void> {
  const [modelType] = positionals;
  if (modelType === undefined) {
    console.error("make port-new MODEL_TYPE: the model_type of a config.json, for example qwen3");
    process.exitCode = 2;
    return;
  }
  const found = describe(modelType);
  if (flags.json) console.log(JSON.stringify(found));
  else console.log(isRefusal(found) ? adviceOn(modelType, found) : await show(modelType, found));
  process.exitCode = isRefusal(found) || found.problem !== null ? 1 : 0;
}

await main();
