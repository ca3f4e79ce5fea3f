// Questions from a file: lines of text, or JSON lines with a prompt or messages each.
// Asks nothing.
import { z } from "zod";
import { DataError } from "../../core/errors.ts";
import { readTextLines } from "../../core/json-lines.ts";
import { parseJson } from "../../core/json-text.ts";
import type { Message } from "../../text/types.ts";

export interface PromptRow {
  /** Of the file, from 1. */
  line: number;
  /** As the row gives it. */
  id?: string | number | undefined;
  messages: Message[];
}

const Message = z.looseObject({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.string(),
});

const Row = z
  .looseObject({
    id: z.union([z.string(), z.number()]).optional(),
    prompt: z.string().min(1).optional(),
    system: z.string().optional(),
    messages: z.array(Message).min(1).optional(),
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    error: "has a prompt or messages, one of the two",
  });

function badRow(file: string, line: number, message: string): DataError {
  return new DataError("FT-GENERATE-006", {
    at: { file, line },
    message,
    hint: '{"prompt": "…"} or {"messages": [{"role": "user", "content": "…"}]} is a row; in a .txt, a line is a prompt',
  });
}

function rowOf(file: string, line: number, text: string): PromptRow {
  const json = parseJson(text);
  if (!json.ok) throw badRow(file, line, `not JSON: ${json.problem.reason}`);
  const parsed = Row.safeParse(json.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badRow(file, line, `${issue?.path.join(".") || "the row"}: ${issue?.message}`);
  }
  const { id, prompt, system, messages } = parsed.data;
  const before: Message[] = system === undefined ? [] : [{ role: "system", content: system }];
  const asked = (messages as Message[] | undefined) ?? [{ role: "user", content: prompt ?? "" }];
  return { line, id, messages: [...before, ...asked] };
}

/** @throws DataError FT-GENERATE-006 for the first row that is none, and for a file without any. */
export async function readPrompts(file: string): Promise<PromptRow[]> {
  const rows: PromptRow[] = [];
  const isText = file.endsWith(".txt");
  for await (const { line, text } of readTextLines(file)) {
    if (text === undefined) throw badRow(file, line, "not UTF-8");
    if (text.trim() === "") continue;
    const plain = { line, messages: [{ role: "user", content: text } as Message] };
    rows.push(isText ? plain : rowOf(file, line, text));
  }
  if (rows.length > 0) return rows;
  throw badRow(file, 1, "the file has no prompts");
}
