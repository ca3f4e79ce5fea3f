// Whole documents: {"text": …}, or a text file of its own, joined and cut into full windows (../documents.ts). Has to be
// asked for: a row of text by itself is one row, cut where it is too long.
import { filledText, isPresent, type RowFormat } from "./format.ts";

export const document: RowFormat = {
  title: "whole documents",
  isWholeFile: true,
  detect: (row) => isPresent(row.text),
  parse(row) {
    const content = filledText(row.text, "text");
    if (typeof content !== "string") return { problems: [content] };
    return { sample: { kind: "text", text: content, isDocument: true } };
  },
};
