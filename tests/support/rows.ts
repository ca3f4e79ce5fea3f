// Rows of training data as files hold them. Knows no addon and no test runner: dev/bench uses it too.

export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

/** A conversation of one question and its answer. */
export function chatRow(question: string, answer: string): object {
  const user = { role: "user", content: question };
  return { messages: [user, { role: "assistant", content: answer }] };
}
