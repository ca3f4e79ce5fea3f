// What loading refuses: weights that do not fit the architecture, and sequences longer than a model knows.
// That what fits computes the right thing is tests/parity/models' question.
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { accountFor, architectureOf, loadStoredModel } from "../../../src/models/index.ts";
import { dispose, int32, liveTensors, scope } from "../../../src/mx/index.ts";
import {
  type StoredModel,
  type StoredTensor,
  shapesOf,
  type TensorReader,
} from "../../../src/weights/index.ts";
import {
  bitsOf,
  checkpointOf,
  loadFixture,
  relativeDifference,
} from "../../parity/models/fixtures.ts";
import { rejection } from "../../support/refusal.ts";

const refusal = (stored: StoredModel): Promise<ModelError> =>
  rejection(loadStoredModel(stored), ModelError);

/** The llama fixture with another name for one of its tensors. */
async function renamed(from: string, to: string): Promise<StoredModel> {
  const stored = await checkpointOf("llama");
  const tensors = [...stored.tensors].map(([name, tensor]): [string, StoredTensor] => [
    name === from ? to : name,
    tensor,
  ]);
  return { ...stored, tensors: new Map(tensors) };
}

describe("weights that do not fit", () => {
  test("missing and unexpected names are both listed, and nothing is left behind", async () => {
    const before = liveTensors();
    const error = await refusal(await renamed("model.norm.weight", "model.final.weight"));
    expect(error).toMatchObject({ code: "FT-MODEL-006", exitCode: 3 });
    expect(error.problems).toEqual([
      "missing: model.norm.weight",
      "unexpected: model.final.weight",
    ]);
    expect(liveTensors()).toBe(before);
  });

  test("shapes that differ are listed, and nothing is left behind", async () => {
    const before = liveTensors();
    const stored = await checkpointOf("llama");
    const config = { ...(stored.config as object), intermediate_size: 60 };
    const { code, problems } = await refusal({ ...stored, config });
    expect(code).toBe("FT-MODEL-010");
    expect(problems.length).toBe(9);
    expect(problems).toContain("model.layers.0.mlp.up_proj.weight: shape 56×32, expected 60×32");
    expect(liveTensors()).toBe(before);
  });

  /** The account of a fixture with these tensors beside its own. */
  async function accountWith(name: string, added: Record<string, readonly number[]>) {
    const stored = await checkpointOf(name);
    const architecture = await architectureOf(stored.config);
    const recipe = architecture.recipe(stored.config);
    const found = new Map([...shapesOf(stored), ...Object.entries(added)]);
    return scope(() => accountFor(recipe, found, architecture.build(stored.config)));
  }

  test("two tensors for one parameter: the second is unexpected", async () => {
    const account = await accountWith("gpt2", { "wte.weight": [50, 32] });
    expect(account).toMatchObject({ missing: [], unexpected: ["wte.weight"] });
  });

  test("superfluous tensors are none: stored masks, frequencies, the copy of a tied head", async () => {
    const masks = { "transformer.h.0.attn.bias": [1], "h.1.attn.masked_bias": [] };
    const gpt2 = await accountWith("gpt2", { ...masks, "lm_head.weight": [50, 32] });
    expect(gpt2).toMatchObject({ ignored: Object.keys(masks), unexpected: [] });
    const added = { "model.layers.0.self_attn.rotary_emb.inv_freq": [4] };
    const llama = await accountWith("llama-biased-tied", added);
    expect(llama).toMatchObject({ ignored: Object.keys(added), missing: [], unexpected: [] });
  });

  test("the copy of a tied head is told as tied, and refused when it is another shape", async () => {
    const { tensors } = await checkpointOf("llama-biased-tied");
    const [rows = 0, columns = 0] = tensors.get("model.embed_tokens.weight")?.shape ?? [];
    const copy = await accountWith("llama-biased-tied", { "lm_head.weight": [rows, columns] });
    expect(copy).toMatchObject({ tied: ["lm_head.weight"], unexpected: [], problems: [] });
    const other = await accountWith("llama-biased-tied", { "lm_head.weight": [rows, 3] });
    expect(other.problems).toEqual([expect.stringContaining("lm_head.weight")]);
  });

  test("of a tied pair either tensor will do", async () => {
    const { config, tensors, ...files } = await checkpointOf("llama-biased-tied");
    const whole = await loadStoredModel({ config, tensors, ...files });
    const renamedTensors = new Map(
      [...tensors].map(([name, tensor]): [string, StoredTensor] => [
        name.replace("model.embed_tokens", "lm_head"),
        tensor,
      ]),
    );
    const load = (): TensorReader => {
      const { read, close } = files.load();
      return { read: (name) => read(name.replace("lm_head", "model.embed_tokens")), close };
    };
    const headOnly = await loadStoredModel({ ...files, config, tensors: renamedTensors, load });
    expect(bitsOf(headOnly.model.parameters())).toEqual(bitsOf(whole.model.parameters()));
    dispose([headOnly.model, whole.model]);
  });
});

describe("learned positions", () => {
  test("a sequence as long as the table is read, one token more is refused, with a cache or without", async () => {
    const { model } = await loadFixture("gpt2");
    const ids = (count: number) => int32(new Int32Array(count).fill(3), [1, count]);
    scope(() => {
      expect(model.forward(ids(64)).shape).toEqual([1, 64, 96]);
      expect(() => model.forward(ids(65))).toThrow("the model supports 64");
      const cache = model.makeCache();
      model.forward(ids(63), { cache });
      model.forward(ids(1), { cache });
      expect(() => model.forward(ids(1), { cache })).toThrow("65 tokens");
    });
    dispose(model);
  });
});

describe("rotary settings", () => {
  /** The llama fixture's weights under other settings. */
  async function logitsUnder(changes: object, drop?: string) {
    const stored = await checkpointOf("llama");
    const config = { ...(stored.config as Record<string, unknown>), ...changes };
    if (drop !== undefined) delete (config as Record<string, unknown>)[drop];
    const { model } = await loadStoredModel({ ...stored, config });
    return model.forward(int32([5, 9, 3, 7, 1, 2], [1, 6]));
  }

  test("the base may stand in either place; without any it is 10000", async () => {
    const plain = await logitsUnder({});
    const old = await logitsUnder({ rope_theta: 10_000 }, "rope_parameters");
    const none = await logitsUnder({}, "rope_parameters");
    const other = await logitsUnder({ rope_theta: 300 }, "rope_parameters");
    for (const same of [old, none]) expect(relativeDifference(same, plain)).toBe(0);
    expect(relativeDifference(other, plain)).toBeGreaterThan(1e-3);
  });

  test("a factor of one changes nothing; half of a head turned is not a whole one", async () => {
    const plain = await logitsUnder({});
    const linear = { rope_type: "linear", factor: 1, rope_theta: 10_000 };
    const unscaled = await logitsUnder({ rope_parameters: linear });
    expect(relativeDifference(unscaled, plain)).toBe(0);
    const half = { rope_type: "default", partial_rotary_factor: 0.5, rope_theta: 10_000 };
    const partial = await logitsUnder({ rope_parameters: half });
    expect(relativeDifference(partial, plain)).toBeGreaterThan(1e-3);
  });
});
