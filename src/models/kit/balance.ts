// How evenly routers spread tokens over experts, as a number that is learned beside the loss (Fedus et al. 2021): what
// their models were trained with, where config.json asks for it. Summed over all sparse layers before it is multiplied.
import { z } from "zod";
import { full, stack, type Tensor } from "../../mx/index.ts";

/** Of families that can be trained so. */
export const balanceKeys = {
  output_router_logits: z.boolean().nullish(),
  router_aux_loss_coef: z.number().nonnegative().nullish(),
};

/** What a model's routers are balanced by. */
export interface Balance {
  /** Factor on the number, which is added to the mean loss; 0 where config.json does not ask for it. */
  coefficient: number;
  /** Experts of each token. */
  chosen: number;
}

export function balanceOf(
  config: z.infer<z.ZodObject<typeof balanceKeys>>,
  chosen: number,
  usual = 0.001,
): Balance {
  const { output_router_logits, router_aux_loss_coef } = config;
  return { coefficient: output_router_logits ? (router_aux_loss_coef ?? usual) : 0, chosen };
}

/** What the sparse layers of one pass add up to. */
export class BalanceSums {
  readonly #chosen: number;
  /** (2, experts) float32 a layer: how many tokens chose each expert, and the shares that it got. */
  #layers: Tensor[] = [];
  #rows: Tensor[] = [];

  constructor({ chosen }: Pick<Balance, "chosen">) {
    this.#chosen = chosen;
  }

  /** Another one for the same model, with nothing in it. */
  empty(): BalanceSums {
    return new BalanceSums({ chosen: this.#chosen });
  }

  /** Logits (tokens, experts) of one layer; `counted` (tokens) is 0 for those that do not count. */
  add(logits: Tensor, counted: Tensor | undefined): void {
    const shares = logits.softmax(-1, true);
    const rank = shares.stopGradient().neg().argsort(-1).argsort(-1);
    const chosen = rank.less(this.#chosen).astype("float32");
    const counts = counted?.expandDims(1);
    const sums = [chosen, shares].map((x) => (counts === undefined ? x : x.mul(counts)).sum(0));
    this.#layers.push(stack(sums));
    this.#rows.push(counted?.sum() ?? full([], logits.dim(0)));
  }

  /** All that was added, in the order in which it was; `takeAll` takes it. */
  get parts(): Tensor[] {
    return [...this.#layers, ...this.#rows];
  }

  takeAll(parts: readonly Tensor[]): void {
    this.#layers.push(...parts.slice(0, parts.length / 2));
    this.#rows.push(...parts.slice(parts.length / 2));
  }

  /** 1 where every expert gets as much as every other, times the experts of a token; (), undefined without experts. */
  loss(): Tensor | undefined {
    const [first, ...rest] = this.#layers;
    if (first === undefined) return undefined;
    const sums = rest.reduce((sum, layer) => sum.add(layer), first);
    const rows = this.#rows.reduce((sum, count) => sum.add(count)).maximum(1);
    const [chosen, shares] = sums.div(rows).split(2, 0) as [Tensor, Tensor];
    return chosen.mul(shares).sum().mul(sums.dim(1));
  }
}
