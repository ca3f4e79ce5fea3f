// In which language rows are written: any tag of BCP 47, with what a model is told of it, and whether a row is in
// another one. What writers of a language do stands in configs/languages.yaml; numbers and dates the system knows.
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../core/paths.ts";
import { isOtherLanguage, isToldLanguage } from "../make/language.ts";
import type { MadeMessage } from "../make/row-form.ts";
import { unknownLanguage } from "./domain-errors.ts";
import { checkedContent } from "./domain-file.ts";

export interface Language {
  /** In its canonical spelling. */
  tag: string;
  /** As English names it. */
  name: string;
  /** Asks for the language in the language itself. */
  write: string | undefined;
  /** What a translation would get wrong. */
  keeps: string | undefined;
  /** Numbers, dates and times as they are written there. */
  formats: string;
}

const Conventions = z.record(
  z.string(),
  z.strictObject({ write: z.string().min(1), keeps: z.string().min(1) }),
);

type Conventions = z.infer<typeof Conventions>;

const conventionsFile = (): string => join(packageRoot(), "configs", "languages.yaml");

/** What stands of the tag, or of what is left of it without its last parts. */
function conventionsOf(known: Conventions, tag: string): Conventions[string] | undefined {
  const parts = tag.split("-");
  const tags = parts.map((_, at) => parts.slice(0, parts.length - at).join("-"));
  return tags.map((each) => known[each]).find((one) => one !== undefined);
}

const english = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

const letters = Array.from({ length: 26 }, (_, at) => String.fromCodePoint(97 + at));

/** The tag of a language by its English name: of two letters, as all do that are written much. */
function tagNamed(name: string): string | undefined {
  const plain = name.trim().toLowerCase();
  const tags = letters.flatMap((first) => letters.map((second) => `${first}${second}`));
  return tags.find((tag) => english.of(tag)?.toLowerCase() === plain);
}

/** What languages are called has two or three letters; longer ones are reserved. */
const isTag = (text: string): boolean => /^[a-z]{2,3}(?:[-_][a-z0-9]{1,8})*$/i.test(text);

function canonical(given: string): string | undefined {
  if (!isTag(given)) return undefined;
  try {
    return Intl.getCanonicalLocales(given.replaceAll("_", "-"))[0];
  } catch {
    return undefined;
  }
}

/** An afternoon in November. */
const moment = new Date(Date.UTC(2026, 10, 27, 14, 30));

function formatsOf(tag: string): string {
  const number = new Intl.NumberFormat(tag).format(1234.5);
  const date = new Intl.DateTimeFormat(tag, { dateStyle: "long", timeZone: "UTC" }).format(moment);
  const time = new Intl.DateTimeFormat(tag, { timeStyle: "short", timeZone: "UTC" }).format(moment);
  return [number, date, time].join("; ").replaceAll(/[\u00A0\u202F]/g, " ");
}

/** Throws UsageError FT-DOMAIN-004 for what is neither a tag nor a name. */
export function languageNamed(given: string): Language {
  const tag = canonical(given.trim()) ?? tagNamed(given);
  if (tag === undefined) throw unknownLanguage(given);
  const [known] = checkedContent(Conventions, conventionsFile());
  const { write, keeps } = conventionsOf(known, tag) ?? {};
  const name = english.of(tag) ?? `the language whose tag is ${tag}`;
  return { tag, name, write, keeps, formats: formatsOf(tag) };
}

const withoutCode = (text: string): string =>
  text.replaceAll(/```[\s\S]*?(?:```|$)/g, " ").replaceAll(/`[^`\n]*`/g, " ");

/** Whether one side of a conversation is surely in another language; code is none. */
export function isInOther(
  messages: readonly MadeMessage[],
  { tag }: Pick<Language, "tag">,
): boolean {
  return (["user", "assistant"] as const).some((side) => {
    const said = messages.filter(({ role }) => role === side).map(({ content }) => content);
    return isOtherLanguage(withoutCode(said.join("\n")), tag);
  });
}

/** Whether rows can be held to the language: of some languages texts cannot be told. */
export const canBeTold = ({ tag }: Pick<Language, "tag">): boolean => isToldLanguage(tag);
