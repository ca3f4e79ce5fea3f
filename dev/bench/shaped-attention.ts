// What a pass both ways takes where scores are capped (Gemma 2's blocks) or stand beside sinks, and where they are plain:
// MLX's peak beside the weights, and processor time. LoRA on all linear layers, one row.
//   node --import tsx dev/bench/shaped-attention.ts [TOKENS…]
import { attachLora } from "../../src/adapters/index.ts";
import type { LanguageModel } from "../../src/models/index.ts";
import {
  describeBackend,
  dispose,
  evaluate,
  int32,
  memory,
  resetPeakMemory,
  scope,
} from "../../src/mx/index.ts";
import { lossAndGradients } from "../../src/nn/index.ts";
import { buildToy } from "../../tests/support/toy-model.ts";

const shape = {
  ...{ hidden_size: 256, intermediate_size: 768, num_hidden_layers: 4, vocab_size: 4096 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 64 },
};
const configs: Record<string, object> = {
  capped: { model_type: "gemma2", sliding_window: 4096 },
  "not capped": { model_type: "gemma2", sliding_window: 4096, attn_logit_softcapping: null },
  "beside sinks": { model_type: "granite_swa", sliding_window: 128 },
  plain: { model_type: "llama" },
};

function pass(model: LanguageModel, length: number): { peak: number; seconds: number } {
  const slots = model.trainableSlots();
  const ids = Array.from({ length }, (_, at) => (at * 31) % shape.vocab_size);
  resetPeakMemory();
  const { activeBytes } = memory();
  const begun = process.cpuUsage();
  scope(() => {
    const { values, gradients } = lossAndGradients(slots, () => {
      const hidden = model.hidden(int32(ids, [1, length])).reshape(length, -1);
      return [model.headLosses(hidden, int32(ids)).mean()];
    });
    evaluate([...values, ...gradients]);
  });
  const { user, system } = process.cpuUsage(begun);
  return { peak: (memory().peakBytes - activeBytes) / 1e6, seconds: (user + system) / 1e6 };
}

console.log(describeBackend().backend.name);
for (const length of process.argv.slice(2).map(Number)) {
  for (const [name, config] of Object.entries(configs)) {
    const model = await buildToy({ ...shape, ...config });
    const targets = ["all-linear"];
    attachLora(model, { rank: 8, scale: 2, dropout: 0, blockCount: -1, targets }, 1);
    pass(model, 64);
    const { peak, seconds } = pass(model, length);
    console.log(`${length} ${name}: ${peak.toFixed(0)} MB, ${seconds.toFixed(2)} s of processors`);
    dispose(model);
  }
}
