import { connect } from "../../src/providers/connect.ts";
import { Gate } from "../../src/providers/gate.ts";
import { knownPrices } from "../../src/providers/prices.ts";
// A job that makes rows, over a scripted service: settings, passages and asking for tests.
import type { Asking } from "../../src/synth/make/ask.ts";
import type { MakeWork } from "../../src/synth/make/make-job.ts";
import { fingerprintOf, type MakeSettings, type Passage } from "../../src/synth/make/plan.ts";
import { findPrompt, shippedPrompts } from "../../src/synth/make/prompts.ts";
import type { FakeProvider } from "./fake-provider.ts";

export const settings: MakeSettings = {
  mode: "create",
  topics: [],
  variety: "medium",
  length: "short",
  temperature: 0.7,
  maxTokens: 500,
  rowsPerCall: 1,
  tries: 3,
  seed: 1,
};

export const passages: Passage[] = ["tea", "bread", "rain"].map((word, at) => ({
  source: `${word}.md`,
  span: [0, 20 + at],
  text: `All that can be said about ${word}.`,
  language: "English",
}));

export interface Making {
  count: number;
  concurrency?: number;
  timeout?: number;
  budget?: number | null;
  models?: string[];
  own?: Partial<MakeSettings>;
  found?: MakeWork["found"];
  retries?: number;
}

/** Work for `makeJob` that asks `fake` in OpenAI's form at the prices of gpt-4o-mini. */
export async function makingOf(origin: FakeProvider["origin"], making: Making): Promise<MakeWork> {
  const {
    count,
    concurrency = 5,
    timeout = 5000,
    budget = null,
    models = ["gpt-4o-mini"],
  } = making;
  const provider = await connect("openai", { models, baseUrl: origin, environment: {}, timeout });
  const asking: Asking = {
    provider,
    gate: new Gate(concurrency),
    prices: knownPrices({ FT_HOME: "/nowhere" }),
    retries: making.retries ?? 3,
    firstDelay: 10,
  };
  const parts = {
    settings: { ...settings, ...making.own },
    prompt: findPrompt("create", [shippedPrompts()]),
    passages,
    keepsSchemas: false,
  };
  const fingerprint = fingerprintOf(parts, [count, provider.identity]);
  return {
    fingerprint,
    title: "test",
    count,
    parts,
    found: making.found ?? [],
    asking,
    concurrency,
    budget,
  };
}
