// Folders that mlx-lm writes, of every architecture that both have: converted by it, plain and packed, they are the same
// models here. It lays some weights out otherwise than they are published; what it computes itself is compared too.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { relativeDistance } from "../../../dev/port/compare.ts";
import { saveModel } from "../../../src/export/model-folder.ts";
import {
  architectureOf,
  architectures,
  entriesFor,
  loadStoredModel,
} from "../../../src/models/index.ts";
import { dispose, int32, normal, randomKey, retain, scope } from "../../../src/mx/index.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { buildToy } from "../../support/toy-model.ts";
import { departing, mlxConfigs, otherModels } from "./mlx-configs.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const script = path.join(import.meta.dirname, "mlx_folders.py");
const ids = [1, 9, 4, 30, 2, 17, 8, 21, 5];
const names = Object.keys(mlxConfigs);

/** Of the largest logit: factors that are multiplied in and divided out again round; nothing else does. */
const sameModel = 1e-6;
/** The same sums in another order, as between two libraries and between packed and plain products. */
const sameSums = 2e-5;

interface Answer {
  dense?: number[];
  packed?: number[];
  error?: string;
}

const root = mkdtempSync(path.join(tmpdir(), "ft-mlx-folders-"));
const answers = new Map<string, Answer>();
const rows: string[] = [];
let built: string[];

const partOf = (name: string, part: string): string => path.join(root, name, part);

/** As published, with numbers drawn for every parameter, so that none is what a norm or a bias begins with. */
async function publish(name: string): Promise<void> {
  const { isDrawn, config } = mlxConfigs[name] as (typeof mlxConfigs)[string];
  mkdirSync(partOf(name, "source"), { recursive: true });
  writeFileSync(partOf(name, "source/config.json"), JSON.stringify(config));
  if (isDrawn) return;
  const model = await buildToy(config);
  for (const [at, slot] of [...model.slots()].entries()) {
    const before = slot.get();
    slot.set(scope(() => retain(normal(0, 0.1, before.shape, randomKey(at)).add(before))));
    before.dispose();
  }
  const entries = entriesFor((await architectureOf(config)).recipe(config), model);
  await saveModel(path.join(root, name), { model, entries }, partOf(name, "source"));
  dispose(model);
}

function askMlx(): void {
  const jobs = names.map((name) => ({
    ...{ name, ids, folder: path.join(root, name), isDrawn: mlxConfigs[name]?.isDrawn },
  }));
  const file = path.join(root, "jobs.json");
  writeFileSync(file, JSON.stringify({ names: architectures.names(), jobs }));
  const printed = execFileSync(python, [script, file], { maxBuffer: 1e8 }).toString();
  const lines = printed.split("\n").filter((text) => text.startsWith("{"));
  for (const line of lines) {
    const {
      name,
      built: those,
      ...answer
    } = JSON.parse(line) as Answer & {
      name?: string;
      built?: string[];
    };
    built = those ?? built;
    if (name !== undefined) answers.set(name, answer);
  }
}

async function logitsOf(folder: string): Promise<Float32Array> {
  const { model } = await loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
  const logits = scope(() => model.forward(int32(ids, [1, ids.length])).toFloat32());
  dispose(model);
  return logits;
}

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  for (const name of names) await publish(name);
  askMlx();
}, 600_000);

afterAll(() => {
  rmSync(root, { recursive: true });
  const head =
    "converted, packed against unpacked, mlx-lm's own, mlx-lm's packed; of the largest logit";
  process.stdout.write(`${[head, ...rows].join("\n")}\n`);
});

test("every architecture that mlx-lm has too is among these", () => {
  expect([...names, ...otherModels].toSorted()).toEqual(built.toSorted());
});

test.each(names)("%s", async (name) => {
  const { dense, packed, error } = answers.get(name) ?? {};
  if (dense === undefined || packed === undefined) throw new Error(`mlx-lm: ${error}`);
  const back = await logitsOf(partOf(name, "dense"));
  const own = mlxConfigs[name]?.isDrawn ? back : await logitsOf(path.join(root, name));
  const packedHere = await logitsOf(partOf(name, "packed"));
  const unpacked = await logitsOf(partOf(name, "unpacked"));
  const apart = (one: number[] | Float32Array, other: number[] | Float32Array): number =>
    relativeDistance(Float32Array.from(one), Float32Array.from(other));
  const theirs = [apart(dense, back), apart(packed, packedHere)];
  const found = [apart(back, own), apart(packedHere, unpacked), ...theirs];
  rows.push(`${name}: ${found.map((one) => one.toExponential(1)).join(", ")}`);
  expect(found[0]).toBeLessThanOrEqual(sameModel);
  expect(found[1]).toBeLessThanOrEqual(sameSums);
  if (departing.has(name)) expect(Math.max(...theirs)).toBeGreaterThan(sameSums);
  else expect(Math.max(...theirs)).toBeLessThanOrEqual(sameSums);
});
