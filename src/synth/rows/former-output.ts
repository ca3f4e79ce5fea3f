// What the same command wrote the last time into a folder that it reads: rows under the name of the output, and texts
// under that of their source. It is none of the documents. Whatever else has such a name is a document: it is read, and
// then no output may have its name (apart.ts).
import { existsSync, openSync, readSync, closeSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { isObject } from "../../data/formats/format.ts";
import { sameness } from "./apart.ts";

/** Of the first row, at most. */
const lookedAt = 4 * 1024 * 1024;

function firstLine(file: string): string {
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(64 * 1024);
    let line = Buffer.alloc(0);
    while (line.length < lookedAt) {
      const count = readSync(handle, bytes);
      line = Buffer.concat([line, bytes.subarray(0, count)]);
      if (count === 0 || bytes.subarray(0, count).includes(0x0a)) break;
    }
    return line.toString("utf8").split("\n", 1)[0] ?? "";
  } finally {
    closeSync(handle);
  }
}

/** A row as `ft data identify` writes it, or one that was made or found for a set. */
function isWrittenRow(row: unknown): boolean {
  if (!isObject(row) || !Array.isArray(row["messages"])) return false;
  const { source, rule, confidence, meta } = row;
  if (typeof source === "string" && typeof rule === "string") return typeof confidence === "number";
  return isObject(meta) && (meta["origin"] === "made" || meta["origin"] === "found");
}

/** Also where nothing had been found: an empty file is nobody's. */
function holdsWrittenRows(file: string): boolean {
  try {
    const line = firstLine(file);
    return line === "" || isWrittenRow(JSON.parse(line));
  } catch {
    return false;
  }
}

/** Whether a file is the text of a source that is there, under the folder where texts are written. */
function isWrittenText(file: string, folder: string): boolean {
  const name = relative(resolve(folder), resolve(file));
  if (name.startsWith("..") || !name.endsWith(".txt")) return false;
  const [source = ""] = name.slice(0, -".txt".length).split("!/", 1);
  const steps = source.split(sep).map((step) => (step === "__" ? ".." : step));
  return [steps.join(sep), `${sep}${steps.join(sep)}`].some((path) => existsSync(path));
}

/** Says of a file that was found, and not named, why it is no document; undefined of all others. */
export function formerOutput(written: {
  output?: string | undefined;
  texts?: string | undefined;
}): (file: string) => string | undefined {
  const { output, texts } = written;
  const own = output === undefined ? undefined : sameness(output);
  return (file) => {
    if (own !== undefined && sameness(file) === own && holdsWrittenRows(file))
      return "what this command wrote before";
    if (texts !== undefined && isWrittenText(file, texts)) return "a text that was written before";
    return undefined;
  };
}
