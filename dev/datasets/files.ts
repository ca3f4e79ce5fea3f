// Every shipped data file with its text: what build.ts writes and what the tests compare.
import { Random } from "../../src/core/random.ts";
import { conversationRows } from "./conversation.ts";
import { distinctTasks, type Task } from "./general-tasks.ts";
import { instructionRows } from "./instruction.ts";
import { sqlChatRow, sqlTextRow } from "./text-to-sql-rows.ts";
import { type Split, type TextToSqlRow, textToSqlRows } from "./text-to-sql.ts";

const training = "data/datasets/training";
const examples = "data/datasets/examples";
const exampleSeed = 14;
const sampleSeed = 42;

const jsonLines = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

function sqlFiles(rows: Record<Split, TextToSqlRow[]>): [path: string, text: string][] {
  return Object.entries(rows).flatMap(([split, examplesOfSplit]): [string, string][] => [
    [`${training}/wikisql/chat/${split}.jsonl`, jsonLines(examplesOfSplit.map(sqlChatRow))],
    [`${training}/wikisql/mlx/${split}.jsonl`, jsonLines(examplesOfSplit.map(sqlTextRow))],
  ]);
}

/** Three questions over new schemas: a comparison of text, an aggregate, two conditions. */
function heldOutQuestions(rows: readonly TextToSqlRow[]): string {
  const forms = ["where-select", "max-where", "select-where-and"];
  const chosen = forms.map((form) => rows.find((row) => row.form === form) as TextToSqlRow);
  const questions = chosen.map(({ prompt, answer }) => ({ prompt, answer }));
  return `${JSON.stringify(questions, undefined, 2)}\n`;
}

const plainText = ({ instruction, input, output }: Task): { text: string } => ({
  text: [`Task: ${instruction}`, ...(input === "" ? [] : [input]), `Answer: ${output}`].join("\n"),
});

function exampleFiles(): [path: string, text: string][] {
  const tasks = distinctTasks(Random.fromSeed(exampleSeed).split("examples"), 140);
  const splits = {
    train: tasks.slice(0, 100),
    valid: tasks.slice(100, 120),
    test: tasks.slice(120),
  };
  return Object.entries(splits).map(([split, rows]) => [
    `${examples}/mlx_example_data/${split}.jsonl`,
    jsonLines(rows.map(plainText)),
  ]);
}

/** Chat, text and instruction rows in turn. */
function mixedFile(): string {
  const tasks = distinctTasks(Random.fromSeed(exampleSeed).split("mixed"), 20);
  const chats = conversationRows(20, exampleSeed);
  return jsonLines(tasks.flatMap((task, index) => [chats[index], plainText(task), task]));
}

/** Path relative to the repository → content, for every generated file. */
export function dataFiles(): ReadonlyMap<string, string> {
  const rows = textToSqlRows();
  return new Map([
    ...sqlFiles(rows),
    ["data/datasets/questions.json", heldOutQuestions(rows.test_new_schemas)],
    [`${training}/chat/general_conversation.jsonl`, jsonLines(conversationRows())],
    [`${training}/instruction/general_instructions.jsonl`, jsonLines(instructionRows())],
    ...exampleFiles(),
    [`${examples}/examples/mixed_format.jsonl`, mixedFile()],
    ["data/sample.jsonl", jsonLines(conversationRows(500, sampleSeed))],
    ["data/instructions.jsonl", jsonLines(instructionRows(300, sampleSeed))],
  ]);
}
