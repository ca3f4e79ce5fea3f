// Each layer gives what transformers' gives, and a mistake in one of them is found where it was made.
// Numbers of whole models are compared in logits.test.ts.
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { compareTraces, departs, type Trace } from "../../../dev/port/compare.ts";
import { examine, unnoticed } from "../../../dev/port/examine.ts";
import { layerTolerance } from "../../../dev/port/fixture.ts";
import { departing, firstToDepart, type Report, table } from "../../../dev/port/report.ts";
import { traceOf, valuesOf } from "../../../dev/port/trace.ts";
import type { LanguageModel } from "../../../src/models/index.ts";
import { Linear, Module, RMSNorm } from "../../../src/nn/index.ts";
import { checkpointOf, expectedOf, loadFixture, modelNames, regenerate } from "./fixtures.ts";

const specimens = path.join(import.meta.dirname, "../../../dev/port/architectures");

describe.each(modelNames)("%s", (name) => {
  test("embedding, every block and the last norm equal transformers", async () => {
    const { model } = await loadFixture(name, "float32");
    const { ids, layers } = await expectedOf(name);
    const expected: Trace = new Map([...layers].map(([layer, at]) => [layer, valuesOf(at)]));
    const found = compareTraces(traceOf(model, ids), expected, layerTolerance);
    const blocks = model.blocks.map((_, index) => `blocks.${index}`);
    expect(found.map(({ layer }) => layer)).toEqual(["embedding", ...blocks, "norm"]);
    expect(found.filter(departs), regenerate).toEqual([]);
  });

  test("taking a feature away is noticed", async () => {
    const [checkpoint, expected] = [await checkpointOf(name), await expectedOf(name)];
    expect(await unnoticed(checkpoint, expected)).toEqual([]);
  });

  test("a specimen makes it", async () => {
    const { model_type: type } = (await checkpointOf(name)).config as { model_type: string };
    expect(existsSync(path.join(specimens, `${type}.py`))).toBe(true);
  });
});

test("a switch that changes nothing is told", async () => {
  const [checkpoint, expected] = [await checkpointOf("llama"), await expectedOf("llama")];
  const switches = { initializer_range: 5, rms_norm_eps: 1e-5, rope_theta: 7, hidden_act: "relu" };
  // The range is for training from nothing, the epsilon is the fixture's own, rope_parameters go before rope_theta,
  // and another activation is refused.
  const silent = await unnoticed(checkpoint, { ...expected, switches });
  expect(silent).toEqual(["initializer_range", "rms_norm_eps", "rope_theta"]);
});

test("looking changes nothing: modules are as before, the logits the same bits", async () => {
  const { model } = await loadFixture("llama");
  const { ids } = await expectedOf("llama");
  const first = traceOf(model, ids);
  for (const [, module] of model.modules())
    expect(Object.hasOwn(module, "forward"), module.constructor.name).toBe(false);
  expect(traceOf(model, ids).get("logits")).toEqual(first.get("logits"));
});

test("a block can be given another input than the one before it gave", async () => {
  const { model } = await loadFixture("llama");
  const { ids } = await expectedOf("llama");
  const own = traceOf(model, ids);
  const given = traceOf(model, ids, new Map([["blocks.1:input", valueOf(own, "embedding")]]));
  expect(given.get("blocks.0")).toEqual(own.get("blocks.0"));
  expect(given.get("blocks.1")).not.toEqual(own.get("blocks.1"));
});

function valueOf(trace: Trace, layer: string) {
  const value = trace.get(layer);
  if (value === undefined) throw new Error(`no ${layer}`);
  return value;
}

/** As transformers' trace is: with what each block read. */
function withInputs(model: LanguageModel, trace: Trace): Trace {
  const inputs = model.blocks.map((_, index) => {
    const before = index === 0 ? "embedding" : `blocks.${index - 1}`;
    return [`blocks.${index}:input`, valueOf(trace, before)] as const;
  });
  return new Map([...trace, ...inputs]);
}

function partOf<Part extends Module>(
  model: LanguageModel,
  at: string,
  kind: new (...args: never[]) => Part,
): Part {
  const found = [...model.modules()].find(([where]) => where === `${model.blockPath}.1.${at}`)?.[1];
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} at ${at}`);
  return found;
}

function exchangeWeights(one: Linear, other: Linear): void {
  [one.weight, other.weight] = [other.weight, one.weight];
}

/** In the second of three blocks. */
const mistakes: [string, string, (model: LanguageModel) => void, string][] = [
  [
    "another epsilon in a norm",
    "llama",
    (model) => {
      const norm = new RMSNorm(32, 0.05);
      norm.weight = partOf(model, "post_attention_layernorm", RMSNorm).weight;
      model.replaceChild("model.layers.1.post_attention_layernorm", norm);
    },
    "post_attention_layernorm",
  ],
  [
    "keys for values",
    "llama",
    (model) =>
      exchangeWeights(
        partOf(model, "self_attn.k_proj", Linear),
        partOf(model, "self_attn.v_proj", Linear),
      ),
    "self_attn.k_proj",
  ],
  [
    "a gate where there is none",
    "llama",
    (model) => {
      const mlp = partOf(model, "mlp", Module) as Module & { forward(x: unknown): unknown };
      const down = partOf(model, "mlp.down_proj", Linear);
      const up = partOf(model, "mlp.up_proj", Linear);
      mlp.forward = (x) => down.forward(up.forward(x as never));
    },
    "mlp.down_proj",
  ],
  [
    "a bias forgotten",
    "gpt2",
    (model) => {
      const { bias } = partOf(model, "attn.c_attn", Linear);
      partOf(model, "attn.c_attn", Linear).bias = (bias as NonNullable<typeof bias>).mul(0);
    },
    "attn.c_attn",
  ],
];

test.each(mistakes)("%s, in %s: the block and the module are named", async (...mistake) => {
  const [, name, make, part] = mistake;
  const loaded = await loadFixture(name, "float32");
  const expected = await expectedOf(name);
  const { model } = loaded;
  const trace = withInputs(model, traceOf(model, expected.ids));
  const report = (): Report => {
    const findings = examine(loaded, expected, trace);
    const { blockPath } = model;
    return { fixture: name, blockPath, parameters: 0, unnoticed: [], findings };
  };
  expect(departing(report())).toEqual([]);
  make(model);
  const found = report();
  expect(firstToDepart(found)).toEqual({ layer: "blocks.1", part });
  expect(found.findings.alone.filter(departs).map(({ layer }) => layer)).toEqual(["blocks.1"]);
  expect(table(found)).toContain(`First to depart: ${model.blockPath}.1, by `);
});
