// Sentences as vectors, beside those that transformers computed from the same weights.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { SentenceEncoder } from "../../../src/models/encoders/index.ts";
import { describeBackend } from "../../../src/mx/index.ts";
import { openStoredModel } from "../../../src/weights/index.ts";
import { makeFolder } from "../../support/folders.ts";

const folder = fileURLToPath(new URL("../../fixtures/encoders/tiny-bert", import.meta.url));

async function load(from = folder): Promise<SentenceEncoder> {
  describeBackend();
  return await SentenceEncoder.load(await openStoredModel(from));
}

const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  text: string;
  vector: number[];
}[];

test("vectors equal transformers': words it has not, texts that are cut, no padding", async () => {
  const encoder = await load();
  for (const { text, vector } of expected) {
    const { vector: own } = encoder.embed(text);
    const off = Math.max(...vector.map((value, at) => Math.abs(value - own[at]!)));
    // float32 sums in another order, of numbers around 0.2
    expect({ text, off }).toEqual({ text, off: expect.closeTo(0, 5) });
  }
  expect(encoder.embed(expected[3]!.text).tokens).toBe(24);
  encoder.dispose();
});

test("tokens are gathered as the folder says, and what is not computed here is refused", async () => {
  const other = makeFolder();
  cpSync(folder, other, { recursive: true });
  const pooling = join(other, "1_Pooling/config.json");
  writeFileSync(pooling, JSON.stringify({ pooling_mode_cls_token: true }));
  const cls = await load(other);
  const { vector } = cls.embed("The houses");
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  expect([...vector]).not.toEqual(expected[0]!.vector);
  cls.dispose();

  rmSync(join(other, "modules.json"));
  const plain = await load(other);
  expect(Math.hypot(...plain.embed("The houses").vector)).not.toBeCloseTo(1, 1);
  plain.dispose();

  writeFileSync(pooling, JSON.stringify({ pooling_mode_weightedmean_tokens: true }));
  await expect(load(other)).rejects.toMatchObject({ code: "FT-MODEL-037" });
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as object;
  cpSync(join(folder, "1_Pooling"), join(other, "1_Pooling"), { recursive: true });
  for (const [change, code] of [
    [{ hidden_act: "relu" }, "FT-MODEL-035"],
    [{ num_hidden_layers: 3 }, "FT-MODEL-036"],
  ] as const) {
    writeFileSync(join(other, "config.json"), JSON.stringify({ ...config, ...change }));
    await expect(load(other)).rejects.toMatchObject({ code });
  }
});
