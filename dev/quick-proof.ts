// `make quick-proof`: exact match on held-out questions for the base model, the tuned one, a control tuned on shuffled
// answers, and two baselines without a model; for tables seen in training and for new ones. Prints what it finds.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadRunConfig } from "../src/app/config/load.ts";
import { generateText, loadModel, trainRun } from "../src/index.ts";
import {
  exactMatch,
  keywordRule,
  nearestNeighbour,
  shuffledAnswers,
} from "./datasets/baselines.ts";
import { type SqlExample, sqlChatRow, sqlQuestion } from "./datasets/text-to-sql-rows.ts";

const { values: flags } = parseArgs({
  options: {
    questions: { type: "string", default: "250" },
    output: { type: "string", default: ".local/quick-proof" },
  },
});

const model = "builtin/tiny";
const dataFolder = "data/datasets/training/wikisql/chat";
const parts = { "known tables": "test", "new tables": "test_new_schemas" } as const;

function readExamples(name: string): SqlExample[] {
  const lines = readFileSync(`${dataFolder}/${name}.jsonl`, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const { messages } = JSON.parse(line) as { messages: { content: string }[] };
    const [user, assistant] = messages.slice(-2);
    return { prompt: user?.content ?? "", answer: assistant?.content ?? "" };
  });
}

const training = readExamples("train");
const held = Object.fromEntries(
  Object.entries(parts).map(([label, file]) => [
    label,
    readExamples(file).slice(0, Number(flags.questions)),
  ]),
);

/** Predicted queries, one a prompt. */
type Predictor = (prompts: readonly string[]) => Promise<string[]> | string[];
/** Percent right, by kind of table. */
type Scores = Record<string, number>;

async function score(predict: Predictor): Promise<Scores> {
  const scores: Scores = {};
  for (const [label, examples] of Object.entries(held)) {
    const predicted = await predict(examples.map(({ prompt }) => prompt));
    scores[label] = 100 * exactMatch(predicted, examples);
  }
  return scores;
}

/** Trains an adapter on the examples, as configs/quick-tiny.yaml says. */
async function tune(
  name: string,
  examples: readonly SqlExample[],
): Promise<{ adapter: string; tokens: number }> {
  const folder = `${flags.output}/${name}`;
  const file = `${flags.output}/${name}.jsonl`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(flags.output, { recursive: true });
  writeFileSync(file, examples.map((example) => JSON.stringify(sqlChatRow(example))).join("\n"));
  const { config } = loadRunConfig({ preset: "quick", configFile: "configs/quick-tiny.yaml" });
  let tokens = 0;
  await trainRun(
    {
      ...config,
      data: { ...config.data, train_file: file, validation_file: `${dataFolder}/valid.jsonl` },
      output_dir: folder,
    },
    {
      onEvent: (event) => {
        if (event.type !== "step-reported") return;
        ({ tokens } = event);
        process.stderr.write(`${name}: step ${event.step}, loss ${event.trainLoss?.toFixed(4)}\n`);
      },
    },
  );
  return { adapter: `${folder}/final_model`, tokens };
}

async function scoreModel(adapter?: string): Promise<Scores> {
  const loaded = await loadModel(model, adapter === undefined ? {} : { adapter });
  try {
    return await score(async (prompts) => {
      const answers: string[] = [];
      for (const prompt of prompts) {
        const messages = sqlQuestion(prompt);
        answers.push((await generateText({ model: loaded, messages, maxTokens: 48 })).text);
      }
      return answers;
    });
  } finally {
    loaded.dispose();
  }
}

if (!existsSync("data/models/builtin-tiny/model.safetensors")) {
  process.stderr.write(
    "the bundled model has no weights: npx tsx dev/tiny/pretrain.ts makes them\n",
  );
  process.exit(1);
}
const base = await scoreModel();
const tuned = await tune("tuned", training);
const control = await tune("control", shuffledAnswers(training, 1));
const table: Record<string, Scores> = {
  base,
  tuned: await scoreModel(tuned.adapter),
  "tuned on shuffled answers": await scoreModel(control.adapter),
  "nearest neighbour": await score((prompts) => nearestNeighbour(training, prompts)),
  rules: await score((prompts) => prompts.map(keywordRule)),
};
const labels = Object.keys(held);
const lines = Object.entries(table).map(([name, scores]) => {
  const cells = labels.map((label) => `${(scores[label] ?? 0).toFixed(1)} %`.padStart(14));
  return `${name.padEnd(28)}${cells.join("")}`;
});
const ofNew = (name: string): number => table[name]?.["new tables"] ?? 0;
const lead = Math.min(
  ...Object.keys(table)
    .filter((name) => name !== "tuned")
    .map((name) => ofNew("tuned") - ofNew(name)),
);
process.stdout.write(
  `${[
    `Exact match on ${flags.questions} held-out questions of each kind, ${tuned.tokens} training tokens`,
    "".padEnd(28) + labels.map((label) => label.padStart(14)).join(""),
    ...lines,
    `On new tables the tuned model leads by ${lead.toFixed(1)} points (goal: 60) over everything else.`,
  ].join("\n")}\n`,
);
