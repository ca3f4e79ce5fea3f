// Losses of tokens: from logits, or from hidden rows and a head, of whose logits only some rows are there at a time.
// What a batch makes of them (weights, sums, pairs) is the objectives'.
import {
  after,
  checkpoint,
  concatenate,
  crossEntropy,
  customVjp,
  full,
  type Tensor,
  type TokenLossOptions,
  vjp,
} from "../mx/index.ts";
import { withParameters } from "./gradients.ts";
import { Embedding, Linear } from "./layers.ts";
import type { Module } from "./module.ts";

/** −log p of the target and nothing else. */
export const plainTokenLoss: TokenLossOptions = { labelSmoothing: 0, zLoss: 0 };

/** logits (rows, classes), targets (rows) → (rows), in float32. */
export function lossesOfLogits(
  logits: Tensor,
  targets: Tensor,
  { labelSmoothing, zLoss }: TokenLossOptions,
): Tensor {
  const losses = crossEntropy(logits, targets);
  if (labelSmoothing === 0 && zLoss === 0) return losses;
  const wide = logits.astype("float32");
  const logSum = wide.logsumexp(-1);
  const spread = logSum.sub(wide.mean(-1)).mul(labelSmoothing);
  return losses
    .mul(1 - labelSmoothing)
    .add(spread)
    .add(logSum.square().mul(zLoss));
}

export interface Head {
  /** Whose parameters the logits depend on. */
  module: Module;
  classes: number;
  /** (rows, hidden size) → (rows, classes). */
  forward(hidden: Tensor): Tensor;
}

/** Logits at once, where the head is not one product of dense matrices. */
const chunkSize = 2 ** 24;

/**
 * hidden (rows, hidden size), targets (rows) → (rows). Of a head that is not trained no logits are kept for the backward
 * pass; of a trained one it computes them again where there are several chunks.
 */
export function lossesThroughHead(
  head: Head,
  hidden: Tensor,
  targets: Tensor,
  options: TokenLossOptions,
): Tensor {
  const rows = hidden.dim(0);
  const step = Math.max(32, Math.floor(chunkSize / head.classes));
  const isFrozen = head.module.trainableSlots().length === 0;
  if (rows <= step && !isFrozen) return lossesOfLogits(head.forward(hidden), targets, options);
  const lossesOf = isFrozen ? frozenLosses : recomputedLosses;
  const chunks: Tensor[] = [];
  for (let begin = 0; begin < rows; begin += step) {
    const end = Math.min(begin + step, rows);
    // one chunk after the other
    const part = after(hidden.narrow(0, begin, end), chunks.slice(-1));
    chunks.push(lossesOf(head, part, targets.narrow(0, begin, end), options));
  }
  return concatenate(chunks);
}

/** Each loss's slopes by its hidden row are known when the loss is: they are kept, and not the logits. */
function frozenLosses(
  { forward }: Head,
  hidden: Tensor,
  targets: Tensor,
  options: TokenLossOptions,
): Tensor {
  const lossesOf = (rows: Tensor): Tensor => lossesOfLogits(forward(rows), targets, options);
  if (!hidden.isTraced) return lossesOf(hidden);
  const [losses] = customVjp(
    ([rows]) => {
      const even = full([hidden.dim(0)], 1);
      const found = vjp(([row]) => [lossesOf(row as Tensor)], [rows as Tensor], [even]);
      const [value, slopes] = [...found.outputs, ...found.gradients] as [Tensor, Tensor];
      // who waits for the losses waits until the logits are not needed any more
      return [after(value, [slopes]), slopes];
    },
    (_, [cotangent], [, slopes]) => [(slopes as Tensor).mul((cotangent as Tensor).expandDims(1))],
    [hidden],
  );
  return losses as Tensor;
}

function recomputedLosses(
  { module, forward }: Head,
  hidden: Tensor,
  targets: Tensor,
  options: TokenLossOptions,
): Tensor {
  const slots = module.trainableSlots();
  const [losses] = checkpoint(
    ([rows, wanted, ...values]) => [
      withParameters(slots, values, () =>
        lossesOfLogits(forward(rows as Tensor), wanted as Tensor, options),
      ),
    ],
    [hidden, targets, ...slots.map((slot) => slot.get())],
  );
  return losses as Tensor;
}

/** The weight of a layer that is one product with a dense matrix, (classes, hidden size). */
export function denseWeight(layer: Module): Tensor | undefined {
  if (layer instanceof Embedding) return layer.weight;
  return layer instanceof Linear && layer.bias === undefined ? layer.weight : undefined;
}
