// What tokens cost: a dated table, the program's own with the user's over it. Amounts are billionths of a dollar.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { type Environment, ftHome, packageRoot } from "../core/paths.ts";
import type { ChatRequest, Usage } from "./types.ts";

const Price = z.strictObject({
  provider: z.string(),
  model: z.string(),
  /** Dollars for a million tokens. */
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  /** When it was last read, and where. */
  checkedOn: z.iso.date(),
  source: z.string(),
});

const PriceFile = z.strictObject({ about: z.string().optional(), prices: z.array(Price) });

export type Price = z.infer<typeof Price>;

/** The program's own table. */
export const shippedPrices = (): string => join(packageRoot(), "data", "prices.json");

/** The user's: its entries count before those of the program. */
export const ownPrices = (environment: Environment): string =>
  join(ftHome(environment), "prices.json");

function readPrices(file: string): Price[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw badPrices(file, [(cause as Error).message], cause);
  }
  const parsed = PriceFile.safeParse(json);
  if (parsed.success) return parsed.data.prices;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw badPrices(file, problems);
}

function badPrices(file: string, problems: readonly string[], cause?: unknown): ConfigError {
  return new ConfigError("FT-PROVIDER-006", {
    at: { file },
    message: "is not a price table",
    problems,
    hint: 'Write {"prices": [{"provider", "model", "input", "output", "checkedOn", "source"}]}, as ft data prices --json prints',
    cause,
  });
}

/** First the user's entries, then the program's. Throws ConfigError FT-PROVIDER-006. */
export function knownPrices(environment: Environment): Price[] {
  const files = [ownPrices(environment), shippedPrices()];
  return files.filter((file) => existsSync(file)).flatMap(readPrices);
}

/** `gpt-4o-mini` is also the price of `gpt-4o-mini-2024-07-18`. */
function isOf(price: Price, model: string): boolean {
  if (!model.startsWith(price.model)) return false;
  return /^(?:[-@](?:\d{4}|\d{2}-\d{2}|latest)|$)/.test(model.slice(price.model.length));
}

/** Undefined where it is not known; of several that fit, the one of the longest name. */
export function priceOf(
  prices: readonly Price[],
  provider: string,
  model: string,
): Price | undefined {
  const fitting = prices.filter((price) => price.provider === provider && isOf(price, model));
  const longest = Math.max(...fitting.map((price) => price.model.length));
  return fitting.find((price) => price.model.length === longest);
}

/** A dollar for a million tokens is 1,000 billionths for one. */
const nano = (tokens: number, dollars: number): number => tokens * dollars * 1000;

/** What an answer cost: what the service says, else what the table says. 0 where nobody knows. */
export function costOf(usage: Usage | undefined, price: Price | undefined): number {
  if (usage?.cost !== undefined) return usage.cost;
  if (usage === undefined || price === undefined) return 0;
  return Math.ceil(nano(usage.tokensIn, price.input) + nano(usage.tokensOut, price.output));
}

/** More than any service adds around a message. */
const overhead = 64;

/** The most tokens of a request: no token is shorter than a byte. */
export function mostTokensIn({ system, prompt, schema }: ChatRequest): number {
  const form = schema === undefined ? "" : JSON.stringify(schema.schema);
  return Buffer.byteLength(system) + Buffer.byteLength(prompt) + Buffer.byteLength(form) + overhead;
}

/** The most that an answer may cost: never less than what it does cost. */
export function mostOf(request: ChatRequest, price: Price | undefined): number {
  return costOf({ tokensIn: mostTokensIn(request), tokensOut: request.maxTokens }, price);
}

/** What it is likely to cost: four bytes a token, and answers of `tokensOut`. */
export function likelyOf(
  request: ChatRequest,
  tokensOut: number,
  price: Price | undefined,
): number {
  return costOf({ tokensIn: likelyTokensIn(request), tokensOut }, price);
}

export const likelyTokensIn = (request: ChatRequest): number =>
  Math.ceil(mostTokensIn(request) / 4);
