// A folder made ready for training: ft.yaml, which ft train start reads, a place for data, and a .gitignore that keeps
// what runs write out of the repository. Writes over nothing.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { expandHome } from "../../core/paths.ts";
import { configSchemaText } from "../config/schema.ts";

export interface MadeProject {
  folder: string;
  written: string[];
  /** What was there already, and was left as it is. */
  kept: string[];
}

/** Beside ft.yaml, so that an editor finds it wherever the folder goes. */
const SCHEMA_FILE = "ft.schema.json";

const settingsText = `# yaml-language-server: $schema=${SCHEMA_FILE}
# What ft train start, given nothing else, trains in this folder. A flag counts before what stands here.
# All keys: ft config schema. What would be trained: ft train start --dry-run. Whether it fits: ft train validate ft.yaml

model:
  name: builtin/tiny # a model of the hub (HuggingFaceTB/SmolLM2-135M-Instruct), a folder, or this small one to try with

data:
  # A file of yours: data/train.jsonl. This set comes with ft: ft train list-data shows them all.
  train_file: general-instructions
  # validation_file: data/valid.jsonl # without one, a share of the rows is kept for it
  template: auto # the model's own, where it has one: ft templates list

# method: lora # or dora, qlora, full, dpo and others: ft train start --help

lora:
  r: 8 # more learns more and takes more memory

optimization:
  epochs: 1
  learning_rate: 2.0e-4
  batch_size: 2

output_dir: runs/first # a new folder for each run
`;

const dataText = `Rows to train on, one JSON object a line, for example

{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day."}]}

Their file is named in ft.yaml, as data/train.jsonl. ft data validate FILE looks at it.
`;

const ignored = ["checkpoints/", "runs/", ".env"];

/** The text of .gitignore with the lines it lacks; undefined where it lacks none. */
function ignoreText(before: string): string | undefined {
  const there = new Set(before.split(/\r?\n/));
  const missing = ignored.filter((line) => !there.has(line));
  if (missing.length === 0) return undefined;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  return `${before}${gap}${missing.join("\n")}\n`;
}

/** Makes the folder ready. Files that are there stay as they are; .gitignore gets the lines that it lacks. */
export async function initTraining(given: string): Promise<MadeProject> {
  const folder = expandHome(given);
  const made: MadeProject = { folder, written: [], kept: [] };
  const put = async (name: string, text: string): Promise<boolean> => {
    const isThere = existsSync(join(folder, name));
    if (!isThere) await writeFileAtomic(join(folder, name), text);
    (isThere ? made.kept : made.written).push(name);
    return !isThere;
  };
  makeFolders(join(folder, "data"));
  makeFolders(join(folder, "runs"));
  if (await put("ft.yaml", settingsText)) await put(SCHEMA_FILE, configSchemaText());
  await put("data/README.md", dataText);
  const ignoreFile = join(folder, ".gitignore");
  const ignore = ignoreText(existsSync(ignoreFile) ? readFileSync(ignoreFile, "utf8") : "");
  if (ignore !== undefined) await writeFileAtomic(ignoreFile, ignore);
  (ignore === undefined ? made.kept : made.written).push(".gitignore");
  return made;
}
