// Exact match on held-out rows of every run under a folder that ft train sweep or ft train quick wrote, as a table.
// What is done is kept beside each run and not done again.
//   node --import tsx dev/bench/quality/sweep-table.ts TASK FOLDER   (labels .local/quality/sweep)
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEvents } from "../../../src/runs/index.ts";
import { evaluateAdapter, readConversations } from "./evaluate.ts";

const [task = "labels", folder = ".local/quality/sweep"] = process.argv.slice(2);
const conversations = readConversations(`.local/quality/rows/${task}/test.jsonl`);

interface Trial {
  exact: number;
  loss: number;
}

async function score(run: string): Promise<Trial> {
  const kept = join(run, "exact-match.json");
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as Trial;
  const adapter = join(run, "final_model");
  const { right, loss } = await evaluateAdapter(".local/quality/model", adapter, conversations);
  const trial = { exact: (100 * right.filter(Boolean).length) / right.length, loss };
  writeFileSync(kept, JSON.stringify(trial));
  return trial;
}

function lastTrainLoss(run: string): number {
  const losses = readEvents(run).flatMap((event) =>
    event.type === "step-reported" ? [event.trainLoss] : [],
  );
  return losses.at(-1) ?? Number.NaN;
}

console.log(
  "| run | exact match, % | loss, held out | loss of the last steps |\n|---|---|---|---|",
);
for (const name of readdirSync(folder).toSorted()) {
  const run = join(folder, name);
  if (!existsSync(join(run, "final_model"))) continue;
  const { exact, loss } = await score(run);
  const learned = lastTrainLoss(run).toFixed(3);
  console.log(`| ${name} | ${exact.toFixed(1)} | ${loss.toFixed(3)} | ${learned} |`);
}
