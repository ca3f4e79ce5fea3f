// make bench-extract: how well conversations are found in documents, printed. Exits 1 where a goal is missed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { madeDocuments } from "./documents.ts";
import { forms } from "./forms.ts";
import { libraryFiles } from "./libraries.ts";
import { readMarkedFile } from "./marked.ts";
import { type FalseTurns, falseTurns, scores } from "./measure.ts";
import { f1Of, messageColumns, messageRow, messageScores } from "./messages/measure.ts";
import { messageGoals } from "./messages/renderers.ts";
import { type Score, rates } from "./score.ts";

const goals = { made: 0.95, hand: 0.85, falseTurns: 1 };
const folder = import.meta.dirname;
const missed: string[] = [];

function goal(what: string, holds: boolean): void {
  if (!holds) missed.push(what);
}

function row(name: string, score: Score): string {
  const { precision, recall, f1, roles, verbatim, exact } = rates(score);
  const shares = [precision, recall, f1, roles, verbatim, exact].map((share) => share.toFixed(3));
  return `${name.padEnd(34)} ${String(score.gold).padStart(6)}  ${shares.join("  ")}`;
}

function table(title: string, all: ReadonlyMap<string, Score>): void {
  console.log(`\n${title.padEnd(34)}  turns  prec.  recall F1     roles  verb.  exact`);
  for (const [name, score] of all) console.log(row(name, score));
}

async function made(): Promise<void> {
  const all = await scores(madeDocuments(1), ({ form, language, noise }) => [
    `form: ${form}`,
    `language: ${language}`,
    `print: ${noise}`,
  ]);
  table(`made, ${forms.length} forms`, all);
  const { f1, verbatim } = rates(all.get("all") as Score);
  goal(`F1 of made documents >= ${goals.made}`, f1 >= goals.made);
  goal("all verbatim", verbatim === 1);
}

async function byHand(file: string): Promise<void> {
  const documents = readMarkedFile(join(folder, "hand", `${file}.txt`));
  const all = await scores(documents, ({ language }) => [`language: ${language}`]);
  table(`by hand, ${file}, ${documents.length} documents`, all);
  const { f1, verbatim } = rates(all.get("all") as Score);
  goal(`F1 of ${file} >= ${goals.hand}`, f1 >= goals.hand);
  goal(`all of ${file} verbatim`, verbatim === 1);
}

function tellFalse(name: string, told: FalseTurns): void {
  const { files, lines, characters, turns, processorSeconds, worst } = told;
  const each = (1000 * turns) / Math.max(1, lines);
  const speed = characters / 1e6 / Math.max(0.001, processorSeconds);
  console.log(
    `${name}: ${turns} false turns in ${lines} lines of ${files} files, ${each.toFixed(3)} per 1,000; ${speed.toFixed(1)} MB a processor second`,
  );
  for (const { file, turns: count } of worst) console.log(`  ${count} in ${file}`);
  goal(`${name} < ${goals.falseTurns} false turn per 1,000 lines`, each < goals.falseTurns);
}

async function inExports(): Promise<void> {
  console.log(`\n${"chats, mail, transcripts".padEnd(34)}  ${messageColumns}`);
  for await (const { kind, counts } of messageScores(10, 13)) {
    console.log(`${kind.padEnd(34)}  ${messageRow(counts)}`);
    const least = messageGoals[kind] ?? goals.made;
    goal(`F1 of ${kind} >= ${least}`, f1Of(counts) >= least);
  }
}

async function nobodyTalks(): Promise<void> {
  console.log("");
  const negatives = readMarkedFile(join(folder, "hand", "negatives.txt"));
  tellFalse(
    "negatives by hand",
    await falseTurns(negatives.map(({ name, text }) => ({ file: name, text }))),
  );
  tellFalse(
    "npm packages",
    await falseTurns(libraryFiles(join(folder, "../../node_modules"), 12, 24e6)),
  );
  const python = process.env["FT_PYTHON_PACKAGES"];
  if (python !== undefined && existsSync(python))
    tellFalse("Python packages", await falseTurns(libraryFiles(python, 12, 24e6)));
}

await made();
await byHand("tuned");
await byHand("varied");
await byHand("held-out");
await inExports();
await nobodyTalks();
for (const what of missed) console.log(`missed: ${what}`);
process.exitCode = missed.length === 0 ? 0 : 1;
