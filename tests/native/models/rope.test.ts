// Rotations that change as a text grows long: keys that were read before are turned anew. Numbers of every variant are
// compared with transformers' in tests/parity.
import { expect, test } from "vitest";
import {
  Attention,
  baseConfig,
  Pass,
  ropeFrom,
  type RopeScaling,
} from "../../../src/models/kit/index.ts";
import { dispose, int32, normal, randomKey, scope } from "../../../src/mx/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";

const config = baseConfig.parse({
  model_type: "any",
  vocab_size: 8,
  hidden_size: 16,
  intermediate_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  max_position_embeddings: 8,
  original_max_position_embeddings: 8,
});

const longrope = {
  rope_type: "longrope",
  short_factor: [1, 1, 1.5, 2],
  long_factor: [1, 2, 6, 20],
  attention_factor: 1.3,
};
const dynamic = { rope_type: "dynamic", factor: 4 };

/** The same sums over matrices of other shapes, in another order. */
const sameSums = 5e-6;

function attentionWith(rope_parameters: RopeScaling): Attention {
  const attention = new Attention({
    hiddenSize: 16,
    heads: 2,
    keyHeads: 1,
    headSize: 8,
    bias: { inputs: false, output: false },
    rotary: ropeFrom({ ...config, rope_parameters }, 8),
  });
  for (const [at, slot] of [...attention.slots()].entries())
    slot.set(normal(0, 0.5, slot.get().shape, randomKey(at)));
  return attention;
}

test.each([longrope, dynamic])(
  "$rope_type: read in pieces, the last tokens are as in one pass",
  (rope) => {
    scope(() => {
      const attention = attentionWith(rope);
      const x = normal(0, 1, [2, 12, 16], randomKey(9));
      const whole = attention.forward(x, new Pass(12, {}).block(0));
      const cache = [attention.makeCache({})];
      const read = (start: number, end: number) =>
        attention.forward(x.narrow(1, start, end), new Pass(end - start, { cache }).block(0));
      read(0, 6);
      const last = read(6, 12);
      expect(relativeDifference(last, whole.narrow(1, 6, 12))).toBeLessThanOrEqual(sameSums);
    });
  },
);

test.each([longrope, dynamic])("$rope_type: a long text is not turned as a short one", (rope) => {
  scope(() => {
    const rotary = ropeFrom({ ...config, rope_parameters: rope }, 8);
    const x = normal(0, 1, [1, 2, 8, 8], randomKey(3));
    const [short, long] = [8, 9].map((reach) => rotary.forward(x, 0, reach));
    if (short === undefined || long === undefined) throw new Error("two are turned");
    expect(relativeDifference(long, short)).toBeGreaterThan(1e-2);
    dispose([rotary]);
  });
});

test("of packed rows the longest segment tells how long the text is", () => {
  scope(() => {
    const numbers = (values: number[]) => int32(values, [1, values.length]);
    const packed = {
      segments: numbers([1, 1, 1, 2, 2, 2, 2]),
      positions: numbers([0, 1, 2, 0, 1, 2, 3]),
    };
    const { reach } = new Pass(7, packed).block(0);
    expect(typeof reach === "number" ? reach : reach.item()).toBe(4);
    expect(new Pass(7, {}).block(0).reach).toBe(7);
  });
});
