// all-MiniLM-L6-v2 beside what sentence-transformers makes of it (tests/fixtures/real), by itself and served beside a
// model that writes. Skipped, with the reason, where `make real` has not fetched it.
import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { SentenceEncoder } from "../../src/models/encoders/index.ts";
import { openStoredModel, resolveModel } from "../../src/weights/index.ts";
import { needsRealEncoder, realEncoder } from "../support/real-model.ts";
import { serveToy } from "../support/served-model.ts";

interface Row {
  text: string;
  vector: Float32Array;
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}

const fixture = new URL("../fixtures/real/minilm.json", import.meta.url);
const rows: Row[] = (
  JSON.parse(readFileSync(fixture, "utf8")) as { text: string; vector: string }[]
).map(({ text, vector }) => ({ text, vector: floats(vector) }));

/** Both compute in float32, and vectors have length 1: sums are added in another order, a few 1e-7. */
const tolerance = 1e-5;

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, at) => Math.abs(value - (b[at] as number))));
}

beforeEach(needsRealEncoder);

test("vectors are sentence-transformers'", async () => {
  const { folder } = await resolveModel(realEncoder);
  const encoder = await SentenceEncoder.load(await openStoredModel(folder));
  const differences = rows.map(({ text, vector }) =>
    largestDifference(encoder.embed(text).vector, vector),
  );
  process.stderr.write(`real: largest difference ${Math.max(...differences).toExponential(1)}\n`);
  for (const [at, difference] of differences.entries())
    expect(difference, rows[at]?.text).toBeLessThan(tolerance);
  encoder.dispose();
});

test("and over HTTP, beside a model that writes", async () => {
  const served = await serveToy(["--embeddings", realEncoder]);
  // an empty text is refused by the API, as OpenAI's refuses it
  const asked = rows.filter(({ text }) => text !== "");
  const answer = await fetch(`${served.url}/v1/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: realEncoder, input: asked.map(({ text }) => text) }),
  });
  const { data, model } = (await answer.json()) as {
    data: { embedding: number[] }[];
    model: string;
  };
  expect(model).toBe(realEncoder);
  for (const [at, { text, vector }] of asked.entries())
    expect(largestDifference(data[at]?.embedding ?? [], vector), text).toBeLessThan(tolerance);
  await served.stop();
});
