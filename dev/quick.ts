// `make quick`: three held-out questions answered before and after fine-tuning the bundled model, with true times.
// Runs the compiled program for the training, as a user would.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { generateText } from "../src/index.ts";
import { type SqlExample, sqlQuestion } from "./datasets/text-to-sql-rows.ts";

const model = "builtin/tiny";
const output = ".local/quick";
const configFile = "configs/quick-tiny.yaml";
const questions = JSON.parse(
  readFileSync("data/datasets/questions.json", "utf8"),
) as readonly SqlExample[];

async function answers(adapter?: string): Promise<string[]> {
  const texts: string[] = [];
  for (const { prompt } of questions) {
    const messages = sqlQuestion(prompt);
    const options = { model, messages, maxTokens: 48, ...(adapter !== undefined && { adapter }) };
    texts.push((await generateText(options)).text.trim());
  }
  return texts;
}

function train(): number {
  rmSync(output, { recursive: true, force: true });
  const started = performance.now();
  const args = ["train", "quick", model, "--config", configFile, "--output", output];
  const { status } = spawnSync(process.execPath, ["dist/cli/main.js", ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  return (performance.now() - started) / 1000;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").slice(0, 120);

const before = await answers();
const trainingSeconds = train();
const after = await answers(`${output}/final_model`);
const lines = questions.flatMap(({ prompt, answer }, index) => [
  "",
  ...prompt.split("\n"),
  `  expected: ${answer}`,
  `  before:   ${oneLine(before[index] ?? "")}`,
  `  after:    ${oneLine(after[index] ?? "")}`,
]);
const setupSeconds = process.env["FT_SETUP_SECONDS"];
process.stdout.write(
  `${[
    ...lines,
    "",
    `Set-up: ${setupSeconds === undefined ? "not measured" : `${setupSeconds} s`}. Training: ${trainingSeconds.toFixed(0)} s.`,
    `The adapter is in ${output}/final_model. The tables above were never seen in training.`,
  ].join("\n")}\n`,
);
