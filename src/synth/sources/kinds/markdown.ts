// Markdown: for now its text.
import { linesAsParts } from "../parts.ts";
import type { SourceReader } from "../reader.ts";

export const markdownReader: SourceReader = {
  about: "Markdown: headings, lists, tables, code and quotes",
  extensions: ["md", "markdown", "mdown", "mkd"],
  container: false,
  streams: true,
  read: (input) => linesAsParts(input.texts()),
};
