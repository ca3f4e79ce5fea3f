// Checks the exact match of evaluate.ts by decoding: the first rows of a task answered greedily with each adapter named.
//   node --import tsx dev/bench/quality/greedy.ts 20 labels-ft-1 labels-mlx-lm-1 labels-PEFT-1
import { readFileSync } from "node:fs";
import { generateText, loadModel } from "../../../src/index.ts";
import { evaluateAdapter, readConversations } from "./evaluate.ts";
import type { Result } from "./table.ts";

const [count = "20", ...names] = process.argv.slice(2);
const root = ".local/quality";
/** More than the longest right answer: what goes on behind that is wrong. */
const maxTokens = 48;

for (const name of names) {
  const { task, adapter } = JSON.parse(
    readFileSync(`${root}/cells/${name}.json`, "utf8"),
  ) as Result;
  const rows = readConversations(`${root}/rows/${task}/test.jsonl`).slice(0, Number(count));
  const { right } = await evaluateAdapter(`${root}/model`, adapter, rows);
  const model = await loadModel(`${root}/model`, { dtype: "float32", adapter });
  let alike = 0;
  for (const [at, row] of rows.entries()) {
    const { text, finishReason } = await generateText({
      model,
      messages: row.slice(0, -1),
      maxTokens,
    });
    const isRight = finishReason === "stop" && text === row.at(-1)?.content;
    if (isRight === right[at]) alike += 1;
    else
      console.log(
        `  row ${at + 1}: ${JSON.stringify(text)}, judged ${right[at] ? "right" : "wrong"}`,
      );
  }
  model.dispose();
  console.log(`${name}: ${alike} of ${rows.length} rows judged as decoding says`);
}
