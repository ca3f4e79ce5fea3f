// A result on its way to stdout: a document for machines, text for people.
import { visibleJson } from "../core/visible-text.ts";

export interface Shown {
  value: unknown;
  text(): string;
}

/** One JSON document. */
export const documentText = (value: unknown): string =>
  `${visibleJson(JSON.stringify(value, null, 2))}\n`;
