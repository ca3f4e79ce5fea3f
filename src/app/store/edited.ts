// Versions as files that a person edits, and such files as versions again. Held in memory: a person edits what fits there.
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { DataError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import {
  commitRows,
  type FileForm,
  findVersion,
  listDatasets,
  readRows,
  type Store,
  type Version,
} from "../../store/index.ts";
import { type EditedForm, editedForm, type EditedObject } from "../../synth/edited/index.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";

function textsOf(form: EditedForm, rows: () => AsyncIterable<string>): AsyncIterable<string> {
  return form.write(async function* () {
    for await (const text of rows()) yield JSON.parse(text) as EditedObject;
  });
}

/** Writes a version as an edited form; a file that is there is not written over. */
export async function writeEdited(
  store: Store,
  { version: reference, file }: { version: string; file: string },
  form: EditedForm,
): Promise<string> {
  const { dataset, version } = await findVersion(store, reference);
  if (existsSync(file))
    throw new DataError("FT-DATASET-021", {
      at: { file },
      message: "There is a file already, and it may have been edited",
      hint: `ft data import ${shellWord(file)} --name ${shellWord(dataset.name)} makes a version of it; else name another`,
    });
  using output = new WholeFile(file);
  const rows = async function* () {
    for await (const { text } of readRows(store, version.id)) yield text;
  };
  for await (const text of textsOf(form, rows)) output.write(text);
  await output.commit();
  return dataset.name;
}

/** Undefined for a row that no id names. */
const idOf = ({ id }: EditedObject): string | undefined =>
  typeof id === "string" || typeof id === "number" ? String(id) : undefined;

/** Rows of the newest version as they are stored, by id; those without one by nothing. */
class Former {
  readonly #byId = new Map<string, { text: string; value: EditedObject }>();
  readonly #others: { text: string; value: EditedObject }[] = [];

  add(text: string): void {
    const value = JSON.parse(text) as EditedObject;
    const id = idOf(value);
    if (id !== undefined) this.#byId.set(id, { text, value });
    else this.#others.push({ text, value });
  }

  of = (id: string): EditedObject | undefined => this.#byId.get(id)?.value;

  /** As it was stored where nothing of it was changed; else with its fields in the order they had. */
  textOf(row: EditedObject): string {
    const id = idOf(row);
    const before = id === undefined ? undefined : this.#byId.get(id);
    if (before === undefined) {
      const same = this.#others.findIndex(({ value }) => isDeepStrictEqual(value, row));
      const [found] = same === -1 ? [] : this.#others.splice(same, 1);
      return found?.text ?? JSON.stringify(row);
    }
    if (isDeepStrictEqual(before.value, row)) return before.text;
    const kept = Object.keys(before.value).filter((name) => name in row);
    return JSON.stringify({ ...Object.fromEntries(kept.map((name) => [name, row[name]])), ...row });
  }
}

async function formerRows(store: Store, name: string): Promise<Former> {
  const former = new Former();
  const known = (await listDatasets(store)).find((each) => each.name === name);
  if (known === undefined || known.headId === null) return former;
  for await (const { text } of readRows(store, known.headId)) former.add(text);
  return former;
}

async function readTexts(former: Former, file: string, form: EditedForm): Promise<string[]> {
  const texts: string[] = [];
  const problems: string[] = [];
  const lines = new Map<string, number>();
  for await (const row of form.read(file, former.of)) {
    if ("problem" in row) {
      problems.push(`${file}:${row.line}: ${row.problem}`);
      continue;
    }
    const id = idOf(row.value);
    const earlier = id === undefined ? undefined : lines.get(id);
    if (earlier !== undefined)
      problems.push(`${file}:${row.line}: the id ${id} is on line ${earlier} too`);
    if (id !== undefined) lines.set(id, row.line);
    texts.push(former.textOf(row.value));
  }
  if (problems.length > 0)
    throw new DataError("FT-DATASET-022", {
      at: { file },
      message: `${problems.length} places cannot be read, so no version was made`,
      problems,
      hint: "Fix these lines, and import the file again",
    });
  return texts;
}

/** A version of an edited file. Throws DataError FT-DATASET-022 with all lines that cannot be read. */
export async function importEdited(
  store: Store,
  { file, name, message }: { file: string; name: string; message: string | undefined },
  form: EditedForm,
): Promise<Version> {
  const texts = await readTexts(await formerRows(store, name), file, form);
  return await commitRows(store, name, texts, { action: "import", message: message ?? file });
}

/** Edited forms as the store keeps files that follow a dataset. */
export function followedForm(path: string): FileForm | undefined {
  const form = editedForm(path);
  if (form === undefined) return undefined;
  return {
    write: (rows) => textsOf(form, rows),
    keep: async (store, name, file) =>
      await importEdited(store, { file, name, message: undefined }, form),
  };
}
