// Shapes that the routes of sets in the making share: a price, a dataset that may be gone.
import { z } from "zod";
import type { Store } from "../../store/index.ts";
import { type PlatformDataset, readDataset } from "../../store/platform/index.ts";
import type { Estimated } from "../../synth/make/estimate.ts";

/** Undefined once it was deleted. */
export async function datasetOf(store: Store, id: number): Promise<PlatformDataset | undefined> {
  return await readDataset(store, id).catch(() => undefined);
}

export const Price = z
  .object({ calls: z.int(), tokens_in: z.int(), tokens_out: z.int(), dollars: z.number().min(0) })
  .meta({ id: "Price" });

export const toldPrice = ({ calls, tokensIn, tokensOut, cost }: Estimated) => ({
  ...{ calls, tokens_in: tokensIn, tokens_out: tokensOut, dollars: cost / 1e9 },
});
