// Real text in which nobody talks: documentation, sources, licences and logs of changes of installed packages, read where
// they lie. A FAQ among them counts against the rules all the same.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface LibraryFile {
  readonly file: string;
  readonly text: string;
}

const endings = [".md", ".ts", ".js", ".mts", ".txt", ".rst", ".py", "LICENSE"];
const largest = 1_000_000;

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && endings.some((end) => entry.name.endsWith(end))) yield path;
  }
}

/** Every `every`-th file below a folder, up to so many characters. */
export function* libraryFiles(
  folder: string,
  every: number,
  characters: number,
): Generator<LibraryFile> {
  let [count, total] = [0, 0];
  for (const file of filesBelow(folder)) {
    count += 1;
    if (count % every !== 0 || statSync(file).size > largest) continue;
    const text = readFileSync(file, "utf8");
    total += text.length;
    yield { file, text };
    if (total > characters) return;
  }
}
