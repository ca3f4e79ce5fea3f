import path from "node:path";
// `make port MODEL_TYPE…`: makes tiny models of a type with transformers, compares ours with them layer by layer, and
// puts the fixtures where tests/parity reads them. Exit 0: nothing departs.
//   node --import tsx dev/port/main.ts [--all] [--json] MODEL_TYPE…
import { parseArgs } from "node:util";
import { FtError } from "../../src/core/errors.ts";
import { architectures } from "../../src/models/index.ts";
import { adviceOn, nextFiles } from "./advice.ts";
import { examineFolder } from "./examine.ts";
import { install } from "./install.ts";
import { isRefusal, type Made, makeFixtures } from "./reference.ts";
import { asJson, isGood, type Report, summary, table } from "./report.ts";

const root = path.join(import.meta.dirname, "../..");
const madeIn = path.join(root, ".local/port");
const installedIn = path.join(root, "tests/fixtures/models");

const { values: flags, positionals } = parseArgs({
  options: { all: { type: "boolean" }, json: { type: "boolean" } },
  allowPositionals: true,
});
const say = (text: string): void => {
  if (!flags.json) console.log(text);
};

/** The table of the first fixture and of each that departs; a sentence for the others. */
function show(report: Report, isFirst: boolean): void {
  say(isFirst || !isGood(report) ? `${table(report)}\n` : summary(report));
}

async function compareAll({ fixtures }: Made): Promise<Report[]> {
  const reports: Report[] = [];
  for (const [at, fixture] of fixtures.entries()) {
    const report = await examineFolder(fixture, path.join(madeIn, fixture));
    show(report, at === 0);
    reports.push(report);
  }
  return reports;
}

async function installAll({ fixtures }: Made): Promise<string[]> {
  const written: string[] = [];
  for (const fixture of fixtures) {
    const to = path.join(installedIn, fixture);
    if (await install(path.join(madeIn, fixture), to)) written.push(path.relative(root, to));
  }
  return written;
}

interface Outcome {
  modelType: string;
  /** Why there is no report. */
  missing?: string;
  reports?: readonly object[];
  written?: readonly string[];
  departs: boolean;
}

async function port(modelType: string): Promise<Outcome> {
  const made = makeFixtures(modelType, madeIn);
  if (isRefusal(made)) return { modelType, missing: adviceOn(modelType, made), departs: true };
  const count = made.fixtures.length;
  say(
    `${modelType}: ${count} tiny model${count === 1 ? "" : "s"}, transformers ${made.transformers}, ` +
      `torch ${made.torch}, seed ${made.seed}\n`,
  );
  if (!architectures.names().includes(modelType)) {
    const folder = path.relative(root, madeIn);
    return { modelType, missing: nextFiles(modelType, folder), departs: true };
  }
  const reports = await compareAll(made);
  const written = await installAll(made);
  say(
    written.length === 0 ? "The fixtures are as they were.\n" : `Written: ${written.join(", ")}\n`,
  );
  const departs = !reports.every(isGood);
  return { modelType, reports: reports.map(asJson), written, departs };
}

/** What loading refuses is a result too: the architecture does not fit its own checkpoint yet. */
async function outcomeOf(modelType: string): Promise<Outcome> {
  try {
    return await port(modelType);
  } catch (error) {
    if (!(error instanceof FtError)) throw error;
    const lines = [`${modelType}: ${error.code} ${error.message}`, ...error.problems];
    return { modelType, missing: lines.join("\n  "), departs: true };
  }
}

async function main(): Promise<void> {
  const wanted = flags.all ? architectures.names() : positionals;
  if (wanted.length === 0) {
    console.error("make port MODEL_TYPE: the model_type of a config.json, for example llama");
    process.exitCode = 2;
    return;
  }
  const outcomes: Outcome[] = [];
  for (const modelType of wanted) {
    const outcome = await outcomeOf(modelType);
    if (outcome.missing !== undefined) say(outcome.missing);
    outcomes.push(outcome);
  }
  if (flags.json) console.log(JSON.stringify(outcomes.length === 1 ? outcomes[0] : outcomes));
  process.exitCode = outcomes.some(({ departs }) => departs) ? 1 : 0;
}

await main();
