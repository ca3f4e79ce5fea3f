// A model's licence, as far as the files beside its weights say it: the head of its model card, else a licence's text.
// Names it; whether it allows what somebody wants to do is not decided here.
import type { NamedFiles } from "../../core/named-files.ts";

const CARD = "README.md";
const TEXTS = ["LICENSE", "LICENSE.txt", "LICENSE.md"];
const LONGEST_HEAD = 100_000;

/** Between the two lines of dashes at the beginning of a model card. */
const HEAD = /^---\r?\n([\s\S]*?)\r?\n---/;
const FIELD = /^license(?:_name)?:[ \t]*["']?([^\s"'#]+)/gm;

/** First words of a licence's text → its name. */
const openings: readonly (readonly [RegExp, string])[] = [
  [/Apache License\s+Version 2\.0/, "apache-2.0"],
  [/^\s*MIT License/, "mit"],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/, "gpl-3.0"],
];

/** `license_name` says more than the `other` that stands in `license` then. */
function inCard(card: string): string | undefined {
  const head = HEAD.exec(card.slice(0, LONGEST_HEAD))?.[1] ?? "";
  const names = [...head.matchAll(FIELD)].map(([, name]) => name);
  return names.find((name) => name !== "other") ?? names[0];
}

function inText(text: string): string | undefined {
  return openings.find(([opening]) => opening.test(text.slice(0, 1000)))?.[1];
}

export function licenseOf(files: NamedFiles): string | undefined {
  const read = (name: string): string => files.read(name)?.toString("utf8") ?? "";
  return inCard(read(CARD)) ?? TEXTS.map((name) => inText(read(name))).find(Boolean);
}
