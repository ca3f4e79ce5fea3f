// `make quick-proof`: exact match on held-out questions for the base model, the base shown three examples, the tuned one,
// a control tuned on shuffled answers, and two baselines without a model; for tables seen in training and new ones.
//   node --import tsx dev/quick-proof.ts [smollm2|tiny …] [--questions N] [--output FOLDER]   (both, where they are)
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadRunConfig } from "../src/app/config/load.ts";
import { formatDuration } from "../src/core/units.ts";
import { loadModel, trainRun } from "../src/index.ts";
import { resolveModel } from "../src/weights/index.ts";
import {
  exactMatch,
  keywordRule,
  nearestNeighbour,
  shuffledAnswers,
} from "./datasets/baselines.ts";
import { type SqlExample, sqlChatRow } from "./datasets/text-to-sql-rows.ts";
import { ask } from "./quick/asking.ts";
import { quickModel, quickModels, type QuickModel } from "./quick/models.ts";
import { proofText, type Scores } from "./quick/proof-report.ts";
import { dataFolder, heldOut, readExamples } from "./quick/questions.ts";
import { answeredText } from "./quick/report.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    questions: { type: "string" },
    output: { type: "string", default: ".local/quick-proof" },
  },
});

/** Shown to the base in its prompt, as the fair control of a model that only lacks the form of an answer. */
const examplesShown = 3;
const training = readExamples("train");

/** Predicted queries, one a question. */
type Predictor = (questions: readonly SqlExample[]) => Promise<string[]> | string[];
type Questions = Readonly<Record<string, readonly SqlExample[]>>;

function questionsOf({ proofQuestions }: QuickModel): Questions {
  const count = Number(flags.questions ?? proofQuestions);
  const files = Object.entries(heldOut);
  return Object.fromEntries(
    files.map(([label, file]) => [label, readExamples(file).slice(0, count)]),
  );
}

async function score(questions: Questions, predict: Predictor): Promise<Scores> {
  const scores: Scores = {};
  for (const [label, examples] of Object.entries(questions))
    scores[label] = 100 * exactMatch(await predict(examples), examples);
  return scores;
}

/** What an adapter is trained on, and where it goes. */
interface Lesson {
  name: string;
  examples: readonly SqlExample[];
  folder: string;
}

/** Trains an adapter on the examples as the model's configuration says. Gives its folder and the tokens seen. */
async function tune(
  { config: configFile }: QuickModel,
  { name, examples, folder }: Lesson,
): Promise<{ adapter: string; tokens: number }> {
  const output = `${folder}/${name}`;
  const file = `${folder}/${name}.jsonl`;
  rmSync(output, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, examples.map((example) => JSON.stringify(sqlChatRow(example))).join("\n"));
  const { config } = loadRunConfig({ preset: "start", configFile });
  const validation = `${dataFolder}/valid.jsonl`;
  const data = { ...config.data, train_file: file, validation_file: validation };
  let tokens = 0;
  await trainRun(
    { ...config, data, output_dir: output },
    {
      onEvent: (event) => {
        if (event.type !== "step-reported") return;
        ({ tokens } = event);
        const loss = event.trainLoss?.toFixed(4);
        process.stderr.write(`${name}: step ${event.step}, loss ${loss}\n`);
      },
    },
  );
  return { adapter: `${output}/final_model`, tokens };
}

interface Subject {
  /** In progress lines. */
  label: string;
  adapter?: string;
  examples?: readonly SqlExample[];
}

/** A line on stderr for every tenth question. */
function tellAnswered(label: string, total: number): (count: number) => void {
  const started = performance.now();
  return (count) => {
    const seconds = (performance.now() - started) / 1000;
    if (count % 10 === 0) process.stderr.write(`${answeredText(label, count, total, seconds)}\n`);
  };
}

async function scoreModel(
  name: string,
  questions: Questions,
  { label, adapter, examples = [] }: Subject,
): Promise<Scores> {
  const loaded = await loadModel(name, adapter === undefined ? {} : { adapter });
  try {
    return await score(questions, (asked) =>
      ask(loaded, asked, { examples, onAnswered: tellAnswered(label, asked.length) }),
    );
  } finally {
    loaded.dispose();
  }
}

async function prove(name: string): Promise<string> {
  const started = performance.now();
  const subject = quickModel(name);
  const { model } = subject;
  const questions = questionsOf(subject);
  const folder = `${flags.output}/${name}`;
  const base = await scoreModel(model, questions, { label: "base" });
  const examples = training.slice(0, examplesShown);
  const shown = await scoreModel(model, questions, { label: "base with examples", examples });
  const tuned = await tune(subject, { name: "tuned", examples: training, folder });
  const mixed = shuffledAnswers(training, 1);
  const control = await tune(subject, { name: "control", examples: mixed, folder });
  const prompts = (asked: readonly SqlExample[]): string[] => asked.map(({ prompt }) => prompt);
  const table = {
    base,
    [`base, ${examplesShown} examples in prompt`]: shown,
    tuned: await scoreModel(model, questions, { label: "tuned", adapter: tuned.adapter }),
    "tuned on shuffled answers": await scoreModel(model, questions, {
      label: "control",
      adapter: control.adapter,
    }),
    "nearest neighbour": await score(questions, (asked) =>
      nearestNeighbour(training, prompts(asked)),
    ),
    rules: await score(questions, (asked) => prompts(asked).map(keywordRule)),
  };
  const count = Object.values(questions)[0]?.length ?? 0;
  const seconds = formatDuration((performance.now() - started) / 1000);
  const title = `${model}: exact match on ${count} held-out questions of each kind, ${tuned.tokens} training tokens, ${seconds}`;
  return proofText(title, table);
}

/** Whether a model is on this disk; the reason goes to stderr where it is not. */
async function isHere(name: string): Promise<boolean> {
  const found = await resolveModel(quickModel(name).model).catch((error: Error) => error);
  if (found instanceof Error) process.stderr.write(`left out: ${found.message}; make real\n`);
  return !(found instanceof Error);
}

const wanted = positionals.length > 0 ? positionals : Object.keys(quickModels).toReversed();
let proved = 0;
for (const name of wanted) {
  if (!(await isHere(name))) continue;
  process.stdout.write(`${await prove(name)}\n`);
  proved += 1;
}
process.exitCode = proved === 0 ? 1 : 0;
