// Questions in headings with answers below them: FAQs in Markdown, word processors and web pages.
import { isFaqTitle } from "../lexicon/faq-titles.ts";
import { answered, type AskedLine, askedLine } from "../questions/asked-lines.ts";
import { findPairs, type PairEvidence } from "../questions/pairs.ts";
import type { Stretch } from "../text/stretch.ts";
import type { Finding, Rule } from "./rule.ts";

interface HeadingLine {
  readonly line: number;
  readonly level: number;
  readonly asked: AskedLine | undefined;
}

function headingLines(stretch: Stretch): HeadingLine[] {
  const found: HeadingLine[] = [];
  for (let line = 0; line < stretch.lines.count; line += 1) {
    const level = stretch.heading(line);
    if (level === 0) continue;
    const underlined = stretch.isUnderline(line + 1);
    const asked = askedLine(stretch, line, line + 1);
    found.push({
      line,
      level,
      asked: asked === undefined || !underlined ? asked : { ...asked, behind: line + 2 },
    });
  }
  return found;
}

interface Section {
  readonly level: number;
  readonly headings: readonly HeadingLine[];
  /** Line at which a heading of a higher level ends it. */
  readonly limit: number;
  readonly faq: boolean;
}

/** Headings of one level between two of a higher one, with whether a heading above them says FAQ. */
function sectionsOf(stretch: Stretch, headings: readonly HeadingLine[]): Section[] {
  const sections: Section[] = [];
  const open: { level: number; faq: boolean; found: HeadingLine[] }[] = [];
  const close = (limit: number): void => {
    const { level, faq, found } = open.pop() as (typeof open)[number];
    sections.push({ level, headings: found, limit, faq: faq || open.some((above) => above.faq) });
  };
  for (const heading of headings) {
    while ((open.at(-1)?.level ?? 0) > heading.level) close(heading.line);
    const faq = isFaqTitle(stretch.lines.trimmed(heading.line));
    if (open.at(-1)?.level !== heading.level)
      open.push({ level: heading.level, faq: false, found: [] });
    const section = open.at(-1) as (typeof open)[number];
    section.found.push(heading);
    section.faq = faq || (section.faq && heading.asked?.asks === true);
  }
  while (open.length > 0) close(stretch.lines.count);
  return sections;
}

function judgeWith(faq: boolean, share: number): (evidence: PairEvidence) => number {
  return ({ pairs, sentences, code }) => {
    const enough = faq ? pairs >= 1 : pairs >= 3 && share >= 0.6;
    if (!enough || sentences < 0.3 || code > 0.5) return 0;
    return Math.min(0.97, (faq ? 0.75 : 0.6) + 0.1 * Math.min(2, pairs - 1) + 0.05 * sentences);
  };
}

/** The line at which what follows the questions begins: the heading behind a question that asks nothing. */
function limits(section: Section): Finding["span"][number][] {
  return section.headings.map((_, index) => section.headings[index + 1]?.line ?? section.limit);
}

function sectionFindings(stretch: Stretch, section: Section): Finding[] {
  const ends = limits(section);
  const asking = section.headings.flatMap(({ asked }, index) =>
    asked?.asks === true ? [{ asked, limit: ends[index] ?? 0 }] : [],
  );
  const share = asking.length / Math.max(1, section.headings.length);
  const pairs = asking.flatMap(({ asked, limit }) =>
    answered(stretch, [asked], { headings: section.level, limit, whole: true }),
  );
  return findPairs(stretch, pairs, judgeWith(section.faq, share));
}

export const questionHeadings: Rule = {
  about: "questions as headings with answers below them: FAQs",
  find: (stretch) =>
    sectionsOf(stretch, headingLines(stretch)).flatMap((section) =>
      sectionFindings(stretch, section),
    ),
};
