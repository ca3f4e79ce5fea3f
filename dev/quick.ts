// `make quick`: the same questions about tables never seen, before and after tuning a model, with what it took.
// Trains through the compiled program, as a user would; which model, and how, is an entry of dev/quick/models.ts.
//   node --import tsx dev/quick.ts smollm2 [--questions N] [--fetch COMMAND] [--output FOLDER] [--program FILE]
//     [-- OPTIONS-OF-FT-TRAIN-START]
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { loadModel } from "../src/index.ts";
import type { SqlExample } from "./datasets/text-to-sql-rows.ts";
import { ask } from "./quick/asking.ts";
import { chooseModel } from "./quick/models.ts";
import { heldOut, readExamples } from "./quick/questions.ts";
import { answeredText, reportText } from "./quick/report.ts";
import { train } from "./quick/training.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    questions: { type: "string" },
    fetch: { type: "string" },
    output: { type: "string" },
    program: { type: "string", default: "dist/cli/main.js" },
  },
});
const [name = "smollm2", ...trainingOptions] = positionals;
const isTerminal = process.stderr.isTTY;

/** Seconds of each part, by name. */
const seconds: Record<string, number> = {};

async function timed<T>(part: string, work: () => Promise<T> | T): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    seconds[part] = (performance.now() - started) / 1000;
  }
}

function run(command: string): boolean {
  const { status } = spawnSync(flags.fetch ?? command, { stdio: "inherit", shell: true });
  return status === 0;
}

/** On a terminal a line that moves, else a line for every fifth part. */
function showAnswered(label: string, done: number, total: number, started: number): void {
  const text = answeredText(label, done, total, (performance.now() - started) / 1000);
  if (isTerminal) process.stderr.write(`\r\u001b[K${text}${done === total ? "\n" : ""}`);
  else if (done % Math.ceil(total / 5) === 0) process.stderr.write(`${text}\n`);
}

async function answers(
  label: string,
  model: string,
  questions: readonly SqlExample[],
  adapter?: string,
): Promise<string[]> {
  const loaded = await loadModel(model, adapter === undefined ? {} : { adapter });
  const started = performance.now();
  try {
    return await ask(loaded, questions, {
      onAnswered: (count) => showAnswered(label, count, questions.length, started),
    });
  } finally {
    loaded.dispose();
  }
}

const setUpSeconds = process.env["FT_SETUP_SECONDS"];
if (setUpSeconds !== undefined) seconds["set-up"] = Number(setUpSeconds);
const { chosen, fallback } = await timed("fetching", () => chooseModel(name, run));
const { model, config } = chosen;
const output = flags.output ?? chosen.output;
const questions = readExamples(heldOut["new tables"]).slice(
  0,
  Number(flags.questions ?? chosen.questions),
);
const said = [
  ...fallback,
  `${model} is asked ${questions.length} questions about tables that no training row has, tuned as ${config} says, and`,
  "asked the same questions again.",
];
process.stderr.write(`${said.join("\n")}\n`);

const before = await timed("questions before", () => answers("before", model, questions));
const training = { program: flags.program, config, output, more: trainingOptions };
const trained = await timed("training", () => train(training));
if (typeof trained === "number") process.exit(trained);
const tuned = `${output}/final_model`;
const after = await timed("questions after", () => answers("after", model, questions, tuned));
const askingBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
  reportText({ model, output, questions, before, after, trained, seconds, askingBytes }),
);
