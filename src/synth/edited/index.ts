// The forms that a person edits, by the ending of their files. The next one is an entry here.
import { extname } from "node:path";
import { csvForm } from "./csv.ts";
import type { EditedForm } from "./form.ts";
import { markdownForm } from "./markdown.ts";

export type { EditedForm, EditedObject } from "./form.ts";

const forms: Readonly<Record<string, EditedForm>> = { ".csv": csvForm, ".md": markdownForm };

/** Undefined for files of JSON lines and all else. */
export const editedForm = (path: string): EditedForm | undefined =>
  forms[extname(path).toLowerCase()];
