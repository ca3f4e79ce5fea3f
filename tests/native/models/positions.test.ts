// A model that has learned its positions one by one answers up to the last of them.
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateText } from "../../../src/app/generate/generate-text.ts";
import { loadModel } from "../../../src/generate/load-model.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const config = { model_type: "gpt2", n_embd: 32, n_layer: 1, n_head: 2, n_positions: 12 };

test("gpt2: the answer ends at the last position; a longer prompt is refused", async () => {
  const model = await loadModel(await makeToyModel(join(makeFolder(), "model"), { config }));
  (model.tokenizer.stopTokenIds as number[]).length = 0;
  const prompt = "one two";
  const answer = await generateText({ model, prompt, maxTokens: 50 });
  const { tokenIds, promptTokens } = answer;
  expect(promptTokens + tokenIds.length).toBe(13);
  expect(answer.finishReason).toBe("position-limit");
  expect(answer.warnings).toEqual([expect.stringContaining("it has learned 12")]);
  const short = await generateText({ model, prompt, maxTokens: 2 });
  expect(short).toMatchObject({ finishReason: "length", warnings: [] });
  await expect(generateText({ model, prompt: "long ".repeat(20) })).rejects.toMatchObject({
    code: "FT-GENERATE-002",
    message: expect.stringContaining("the model supports 12"),
  });
  model.dispose();
});
