// Mail pasted into text: heads of From, To and Subject, quoted lines under "wrote:", one message under another. The
// oldest message asks; a newer one that stands above it comes after it.
import { type Section, sectionsOf } from "../mail/sections.ts";
import { textOf } from "../text/content.ts";
import { least, most } from "../text/extremes.ts";
import type { Stretch } from "../text/stretch.ts";
import { asks, endsSentence } from "../turns/evidence.ts";
import type { FoundMessage } from "../types.ts";
import type { Finding, Rule } from "./rule.ts";

/** The oldest first: what stands below is older where one answers above what one quotes. */
function byAge(sections: readonly Section[]): Section[] {
  const deepens = sections.every(
    ({ depth }, index) => index === 0 || depth >= (sections[index - 1]?.depth ?? 0),
  );
  const deepest = most(sections.map(({ depth }) => depth));
  if (deepest > 0) return deepens ? sections.toReversed() : [...sections];
  const [first, last] = [sections[0], sections.at(-1)];
  const newestFirst =
    first?.head === false ||
    last?.original === true ||
    (first?.reply === true && last?.reply === false);
  return newestFirst ? sections.toReversed() : [...sections];
}

function rolesOf(sections: readonly Section[]): FoundMessage["role"][] {
  const authors = sections.map(({ author }) => author);
  const [oldest] = authors;
  if (authors.every((author) => author !== undefined) && new Set(authors).size > 1)
    return authors.map((author) => (author === oldest ? "user" : "assistant"));
  const known = sections.some(({ depth }) => depth > 0);
  const parity = (sections[0]?.depth ?? 0) % 2;
  return sections.map(({ depth }, index) =>
    (known ? depth % 2 === parity : index % 2 === 0) ? "user" : "assistant",
  );
}

function findingOf(stretch: Stretch, thread: readonly Section[]): Finding[] {
  const ordered = byAge(thread);
  const roles = rolesOf(ordered);
  const messages = ordered.map(({ spans, author }, index): FoundMessage => {
    const message = { role: roles[index] ?? "user", content: textOf(stretch, spans), spans };
    return author === undefined ? message : { ...message, name: author };
  });
  const places = messages.flatMap(({ spans }) => spans.flat());
  const prose = messages.filter(
    ({ content }) => endsSentence(content) || asks(content) || content.includes("\n"),
  ).length;
  if (messages.length < 2 || new Set(roles).size < 2 || prose < messages.length / 2) return [];
  const confidence = Math.min(0.95, 0.8 + 0.05 * messages.length);
  return [{ span: [least(places), most(places)], confidence, dialogues: [{ messages }] }];
}

export const mailThreads: Rule = {
  about: "e-mail with headers and quoted lines",
  find: (stretch) => sectionsOf(stretch).flatMap((thread) => findingOf(stretch, thread)),
};
