// A folder made ready for making datasets: config.yaml with every key, .env for keys and what it may hold, the prompts to
// edit, and a .gitignore that keeps the keys out. Writes over nothing.
import { existsSync, readdirSync } from "node:fs";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { writeFileAtomic } from "../../../core/atomic-files.ts";
import { makeFolders } from "../../../core/folders.ts";
import { optionsOf } from "../../../core/options.ts";
import { providerVariables } from "../../../providers/environment.ts";
import { providerKinds } from "../../../providers/registry.ts";
import { shippedPrompts } from "../../../synth/make/prompts.ts";
import { PROJECT_FILE } from "./read.ts";
import { Project } from "./schema.ts";

export interface MadeProject {
  folder: string;
  written: string[];
  /** Files that were there already, and were left as they are. */
  kept: string[];
}

/** config.yaml with every key, its default, and what it means beside it. */
export function projectYaml(): string {
  const document = parseDocument("{}");
  document.contents = document.createNode(Project.parse({})) as typeof document.contents;
  for (const { path, description, choices } of optionsOf(Project)) {
    const words = choices.length === 0 ? "" : ` (${choices.join(", ")})`;
    const node = document.getIn(path, true) as { comment?: string | null } | undefined;
    if (node !== undefined) node.comment = ` ${description}${words}`;
  }
  document.commentBefore =
    " What ft data makes in this folder. Options on the command line count before it.";
  return document.toString({ lineWidth: 0 });
}

/** Every variable that a provider reads, with what it is, and no value. */
export function environmentText(): string {
  const about = new Map<string, string>();
  for (const name of providerKinds.names()) {
    const { keys, addresses } = providerKinds.get(name);
    for (const key of keys) about.set(key, `key of ${name}`);
    for (const address of addresses) about.set(address, `another address of ${name}`);
  }
  const lines = providerVariables().map((name) => {
    const words = about.get(name) ?? "what is asked where --provider and --model say nothing";
    return `# ${words}\n${name}=\n`;
  });
  return [
    "# Keys for ft data. Never commit .env; .env.example is this file without values.\n",
    ...lines,
  ].join("\n");
}

const IGNORED = [".env", "output_datasets/"];

async function ignoreText(file: string): Promise<string | undefined> {
  const before = existsSync(file) ? await readFile(file, "utf8") : "";
  const missing = IGNORED.filter((line) => !before.split(/\r?\n/).includes(line));
  if (missing.length === 0) return undefined;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  return `${before}${gap}${missing.join("\n")}\n`;
}

/** Makes the folder ready. Files that are there stay as they are; .gitignore gets what it lacks. */
export async function initProject(folder: string): Promise<MadeProject> {
  const made: MadeProject = { folder, written: [], kept: [] };
  const put = async (name: string, write: (file: string) => Promise<void>): Promise<void> => {
    const file = join(folder, name);
    if (existsSync(file)) return void made.kept.push(name);
    await write(file);
    made.written.push(name);
  };
  makeFolders(join(folder, "prompts"));
  await put(PROJECT_FILE, (file) => writeFileAtomic(file, projectYaml()));
  await put(".env.example", (file) => writeFileAtomic(file, environmentText()));
  await put(".env", async (file) => {
    await writeFileAtomic(file, environmentText());
    await chmod(file, 0o600);
  });
  for (const name of readdirSync(shippedPrompts()).toSorted())
    await put(join("prompts", name), (file) => copyFile(join(shippedPrompts(), name), file));
  const ignore = await ignoreText(join(folder, ".gitignore"));
  if (ignore === undefined) made.kept.push(".gitignore");
  else {
    await writeFileAtomic(join(folder, ".gitignore"), ignore);
    made.written.push(".gitignore");
  }
  return made;
}
