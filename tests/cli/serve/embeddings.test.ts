// Embeddings through OpenAI's client, of a served encoder, alone and beside a model that writes.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { runProgram } from "../../support/program.ts";
import {
  makeChattingToy,
  nextModelProcess,
  post,
  rawRequest,
  serveToy,
} from "../../support/served-model.ts";

const messages = [{ role: "user", content: "hi" }];

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
  const chat = await post(`${served.url}/v1/chat/completions`, { messages });
  expect(chat).toMatchObject({ status: 400, body: { error: { code: "FT-SERVE-010" } } });
  await served.stop();

  const decoder = await serveToy();
  const none = await post(`${decoder.url}/v1/embeddings`, { input: "hi" });
  expect(none).toMatchObject({ status: 400, body: { error: { code: "FT-SERVE-010" } } });
  await decoder.stop();
});

test("an encoder beside a model: each answers what it can, and says who does the rest", async () => {
  const served = await serveToy(["--embeddings", folder, "--model-id", "writer"]);
  const { data } = JSON.parse((await rawRequest(`${served.url}/v1/models`)).text) as {
    data: { id: string }[];
  };
  expect(data.map(({ id }) => id)).toEqual(["writer", "tiny-bert"]);
  const one = await rawRequest(`${served.url}/v1/models/tiny-bert`);
  expect(JSON.parse(one.text)).toMatchObject({ id: "tiny-bert", parent: null });

  const ask = async (path: string, body: object): Promise<unknown> => {
    const answer = await post(`${served.url}/v1/${path}`, { max_tokens: 3, ...body });
    const { model } = answer.body as { model?: string };
    return answer.status === 200 ? model : [answer.status, answer.body.error?.message];
  };
  const both = [{}, { model: "tiny-bert" }, { model: "writer" }, { model: "other" }];
  const vectors = both.map((body) => ask("embeddings", { ...body, input: "the house" }));
  const chats = both.map((body) => ask("chat/completions", { ...body, messages }));
  const texts = both.map((body) => ask("completions", { ...body, prompt: "the house" }));
  const noText = [400, expect.stringContaining("generates no text; use writer")];
  const noVectors = [400, expect.stringContaining("makes no embeddings; use tiny-bert")];
  const nobody = [404, expect.stringContaining("available: writer, tiny-bert")];
  expect(await Promise.all(vectors)).toEqual(["tiny-bert", "tiny-bert", noVectors, nobody]);
  for (const answers of [chats, texts])
    expect(await Promise.all(answers)).toEqual(["writer", noText, "writer", nobody]);

  const killed = await served.modelProcess();
  process.kill(killed, "SIGKILL");
  await nextModelProcess(served, killed);
  expect(await ask("embeddings", { input: "the house" })).toBe("tiny-bert");
  expect(await ask("chat/completions", { messages })).toBe("writer");
  await served.stop();
});

test("two of one kind, and two of one name, are refused before anything listens", async () => {
  const toy = await makeChattingToy(join(makeFolder(), "toy"));
  const refused = async (model: string, encoder: string): Promise<string> => {
    const { code, stderr } = await runProgram(["serve", model, "--embeddings", encoder]);
    expect(code).not.toBe(0);
    return /FT-[A-Z]+-\d+/.exec(stderr)?.[0] ?? stderr;
  };
  expect(await refused(folder, folder)).toBe("FT-SERVE-011");
  expect(await refused(toy, "builtin/tiny")).toBe("FT-SERVE-012");
  const other = join(makeFolder(), "another-bert");
  cpSync(folder, other, { recursive: true });
  expect(await refused(folder, other)).toBe("FT-SERVE-012");
});
