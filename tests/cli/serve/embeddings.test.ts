// Embeddings through OpenAI's client, of a served encoder.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { post, serveToy } from "../../support/served-model.ts";

const folder = fileURLToPath(new URL("../../fixtures/encoders/tiny-bert", import.meta.url));

test("an encoder gives vectors as floats and in base64, and writes no text; a decoder gives none", async () => {
  const served = await serveToy([], folder);
  const client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: "any", maxRetries: 0 });
  const rows = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
    text: string;
    vector: number[];
  }[];
  const input = rows.map(({ text }) => text);
  for (const format of ["float", "base64", undefined] as const) {
    const asked = { model: "tiny-bert", input, ...(format && { encoding_format: format }) };
    const { data, usage } = await client.embeddings.create(asked);
    expect(usage.prompt_tokens).toBeGreaterThan(24);
    expect(data).toHaveLength(rows.length);
  }
  const { data } = await client.embeddings.create({ model: "tiny-bert", input });
  for (const [at, { vector }] of rows.entries())
    for (const [place, value] of vector.entries())
      expect(data[at]?.embedding[place]).toBeCloseTo(value, 5);
  const ids = await client.embeddings.create({ model: "tiny-bert", input: [[2, 4, 5, 6, 3]] });
  expect(ids.data[0]?.embedding[0]).toBeCloseTo(rows[0]!.vector[0]!, 5);

  const url = `${served.url}/v1/embeddings`;
  for (const body of [{ input: "" }, { input: [] }, { input: 7 }, { input: [[99999]] }])
    expect(await post(url, body)).toMatchObject({ status: 400 });
  expect(await post(url, { input: "a", dimensions: 5 })).toMatchObject({ status: 400 });
  const messages = [{ role: "user", content: "hi" }];
  const chat = await post(`${served.url}/v1/chat/completions`, { messages });
  expect(chat).toMatchObject({ status: 400, body: { error: { code: "FT-SERVE-010" } } });
  await served.stop();

  const decoder = await serveToy();
  const none = await post(`${decoder.url}/v1/embeddings`, { input: "hi" });
  expect(none).toMatchObject({ status: 400, body: { error: { code: "FT-SERVE-010" } } });
  await decoder.stop();
});
