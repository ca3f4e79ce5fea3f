// ft data prices: what tokens cost, and since when that is known.
import { z } from "zod";
import type { Price } from "../../providers/prices.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

export const dataPrices = defineCommand({
  name: "data prices",
  section: "Look at sets",
  summary: "List prices of providers' models, each with the date when it was looked up",
  options: z.strictObject({
    provider: z.string().optional().describe("Only prices of this provider"),
  }),
  examples: ["ft data prices", "ft data prices --provider openai --json"],
  run: async ({ options: { provider } }, io) => {
    const { knownPrices, ownPrices } = await import("../../providers/prices.ts");
    const all = knownPrices(io.environment);
    const prices = all.filter((price) => provider === undefined || price.provider === provider);
    const columns = [
      { title: "provider", value: (price: Price) => price.provider },
      { title: "model", value: (price: Price) => price.model },
      { title: "$ per million read", value: (price: Price) => price.input },
      { title: "written", value: (price: Price) => price.output },
      { title: "checked on", value: (price: Price) => price.checkedOn },
    ];
    const own = ownPrices(io.environment);
    io.show({ own, prices }, () => `${table(prices, columns)}\n\nYours count first: ${own}`);
  },
});
