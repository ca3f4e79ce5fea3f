// Every kind of document that is read, one line each. Which of them reads a file is decided in opening/recognise.ts.
import { Registry } from "../../core/registry.ts";
import { unknownKind } from "./errors.ts";
import { markdownReader } from "./kinds/markdown.ts";
import { textReader } from "./kinds/text.ts";
import type { SourceReader } from "./reader.ts";

export const readers: Registry<SourceReader> = new Registry<SourceReader>(
  {
    markdown: markdownReader,
    text: textReader,
  },
  ({ name, known }) => unknownKind(`${name}; known are ${known.join(", ")}`),
);
