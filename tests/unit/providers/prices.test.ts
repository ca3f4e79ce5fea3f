// What answers cost: the table, the user's over it, and bounds that hold.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { costOf, knownPrices, likelyOf, mostOf, priceOf } from "../../../src/providers/prices.ts";
import { providerKinds } from "../../../src/providers/registry.ts";
import { makeFolder } from "../../support/folders.ts";

const request = { system: "s", prompt: "héllo".repeat(100), maxTokens: 100 };

test("every usual model of a paid service has a price", () => {
  const prices = knownPrices({ FT_HOME: makeFolder() });
  for (const name of providerKinds.names()) {
    const { model, needsKey } = providerKinds.get(name);
    if (needsKey) expect(priceOf(prices, name, model!), name).toBeDefined();
  }
});

test("a dated name has the price of the name, another model has not", () => {
  const prices = knownPrices({ FT_HOME: makeFolder() });
  const mini = priceOf(prices, "openai", "gpt-4o-mini")!;
  expect(mini).toMatchObject({ input: 0.15, output: 0.6 });
  expect(priceOf(prices, "openai", "gpt-4o-mini-2024-07-18")).toBe(mini);
  expect(priceOf(prices, "openai", "gpt-4o-minimal")).toBeUndefined();
  expect(priceOf(prices, "openai", "gpt-4o-audio-preview")).toBeUndefined();
  expect(priceOf(prices, "mistral", "gpt-4o-mini")).toBeUndefined();
});

test("tokens cost thousandths of a millionth, exactly", () => {
  const price = priceOf(knownPrices({ FT_HOME: makeFolder() }), "openai", "gpt-4o-mini");
  expect(costOf({ tokensIn: 1_000_000, tokensOut: 1_000_000 }, price)).toBe(750_000_000);
  expect(costOf({ tokensIn: 1, tokensOut: 0 }, price)).toBe(150);
  expect(costOf({ tokensIn: 1, tokensOut: 1, cost: 5 }, price)).toBe(5);
  expect(costOf({ tokensIn: 1, tokensOut: 1 }, undefined)).toBe(0);
  expect(mostOf(request, price)).toBeGreaterThan(likelyOf(request, 100, price));
});

test("the user's table counts before the program's, and a bad one is told with its place", () => {
  const home = makeFolder();
  const file = join(home, "prices.json");
  const own = {
    provider: "openai",
    model: "gpt-4o-mini",
    input: 1,
    output: 2,
    checkedOn: "2026-01-01",
    source: "x",
  };
  writeFileSync(file, JSON.stringify({ prices: [own] }));
  expect(priceOf(knownPrices({ FT_HOME: home }), "openai", "gpt-4o-mini")).toEqual(own);
  writeFileSync(file, JSON.stringify({ prices: [{ ...own, input: "1" }] }));
  expect(() => knownPrices({ FT_HOME: home })).toThrow(/prices\.json.*not a price table/s);
});
