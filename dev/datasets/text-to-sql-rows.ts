// How a text-to-SQL example reads as a training row, chat or text form: the one place that says so.
// Knows nothing of files; the shipped sets and the WikiSQL converter both write rows with it.
import type { Message } from "../../src/text/types.ts";

export interface SqlColumn {
  name: string;
  /** As WikiSQL names types: "text" or "number" (its files say "real" for numbers). */
  type: string;
}

export interface SqlTable {
  name: string;
  columns: readonly SqlColumn[];
}

/** A question about a table and the query that answers it, as prompt and answer. */
export interface SqlExample {
  prompt: string;
  answer: string;
}

/**
 * `singers ( name text , age number )`: the table as the prompt shows it. A blank before every name keeps it the
 * same token here, in the question and in the query.
 */
function describeTable(table: SqlTable): string {
  const columns = table.columns.map((column) => `${column.name} ${column.type}`);
  return `${table.name} ( ${columns.join(" , ")} )`;
}

/** The prompt and the answer of one example. */
export function wikisqlRow(question: string, table: SqlTable, sql: string): SqlExample {
  return { prompt: `Table: ${describeTable(table)}\nQuestion: ${question}`, answer: sql };
}

/** What a model is asked in the chat form. */
export function sqlQuestion(prompt: string): Message[] {
  return [{ role: "user", content: prompt }];
}

/** The example as a chat row: user, assistant. */
export function sqlChatRow({ prompt, answer }: SqlExample): { messages: Message[] } {
  return { messages: [...sqlQuestion(prompt), { role: "assistant", content: answer }] };
}

/** The example as a text row; the query follows `SQL: ` on its own line. */
export function sqlTextRow(example: SqlExample): { text: string } {
  return { text: `${example.prompt}\nSQL: ${example.answer}` };
}
