import type { AnySample } from "../../src/data/formats/index.ts";
// A second objective beside the supervised one, as an extension would bring it: rows of a prompt with a better and a
// worse answer, two sequences a row, a loss over pairs and two figures beside it. For tests; no method of the program.
import type { Batch, EncodedRow } from "../../src/data/index.ts";
import { collate, formats } from "../../src/data/index.ts";
import { crossEntropy, float32, int32, type Tensor } from "../../src/mx/index.ts";
import type { Renderer } from "../../src/text/types.ts";
import { methods } from "../../src/train/methods.ts";
import { type Objective, objectives } from "../../src/train/objectives/index.ts";

interface PairSample {
  kind: "pair";
  prompt: string;
  chosen: string;
  rejected: string;
}

function sequenceOf(renderer: Renderer, prompt: string, answer: string) {
  const messages = [
    { role: "user" as const, content: prompt },
    { role: "assistant" as const, content: answer },
  ];
  const { ids, weights } = renderer.render({ kind: "chat", messages }, "assistant");
  return { ids: Int32Array.from(ids), weights: Float32Array.from(weights) };
}

/** Log-probability of each row's learned tokens. */
function rowScores(
  model: Parameters<Objective["loss"]>[0],
  { ids, targets, weights, batch, length }: Batch,
): Tensor {
  const hidden = model.hidden(int32(ids, [batch, length]));
  const logits = model.head(hidden.reshape(-1, hidden.dim(2)));
  const losses = crossEntropy(logits, int32(targets)).mul(float32(weights));
  return losses.reshape(batch, length).sum(1).neg();
}

interface PairBatch extends Batch {
  pairs: number;
}

export const toyPairs: Objective<EncodedRow, PairBatch> = {
  encode(rows, { renderer }) {
    const samples = rows.map((row) => {
      const { prompt, chosen, rejected } = row.sample as PairSample;
      const sequences = [chosen, rejected].map((answer) => sequenceOf(renderer, prompt, answer));
      return { row, sequences };
    });
    return { samples, truncated: 0, dropped: [] };
  },
  collate(units, options) {
    const rows = units.flat().flatMap(({ sequences }) => sequences.map((one) => [one]));
    const batch = collate(rows, options);
    // A pair weighs one, however long its answers are.
    return { ...batch, pairs: rows.length / 2, weightSum: rows.length / 2 };
  },
  loss(model, batch) {
    const scores = rowScores(model, batch).reshape(batch.pairs, 2);
    const [chosen, rejected] = scores.split(2, 1) as [Tensor, Tensor];
    const margin = chosen.sub(rejected);
    const metrics = {
      margin: { sum: margin.stopGradient().sum(), weight: batch.pairs },
      accuracy: { sum: margin.greater(0).astype("float32").sum(), weight: batch.pairs },
    };
    return { lossSum: margin.sigmoid().log().neg().sum(), metrics };
  },
};

/** Makes `--method toy_pairs` and `--format pairs` known. */
export function registerToyPairs(): void {
  formats.register("pairs", {
    title: "pairs of answers",
    detect: (row) => row["rejected"] !== undefined,
    parse: ({ prompt, chosen, rejected }) => {
      return { sample: { kind: "pair", prompt, chosen, rejected } as AnySample };
    },
  });
  objectives.register("toy_pairs", {
    about: "the better of two answers",
    kinds: ["pair"],
    metrics: { margin: "higher", accuracy: "higher" },
    load: async () => toyPairs,
  });
  methods.set("toy_pairs", { tuning: "lora", objective: "toy_pairs" });
}
