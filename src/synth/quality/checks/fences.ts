// Blocks of code that are opened and never closed.
import type { RowCheck } from "../check.ts";

/** Whether a fence is open at the end: one of as many marks, or more, closes it. */
function isOpen(text: string): boolean {
  let open: string | undefined;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    const [, fence = "", rest = ""] = mark ?? [];
    if (fence === "") continue;
    if (open === undefined) open = fence;
    else if (fence[0] === open[0] && fence.length >= open.length && rest.trim() === "")
      open = undefined;
  }
  return open !== undefined;
}

export const fences: RowCheck = {
  about: "code blocks that are not closed",
  *look({ exchanges }) {
    for (const { answer, field } of exchanges)
      if (isOpen(answer)) yield { field, message: "a block of code is opened and never closed" };
  },
};
