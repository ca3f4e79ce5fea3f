// Turns of speakers behind labels, and the groups of them that are one conversation each.
import type { Span } from "../../sources/types.ts";
import { sideOf } from "../lexicon/speaker-roles.ts";
import { spansOf, textOf, unquoted } from "../text/content.ts";
import { most } from "../text/extremes.ts";
import type { Label } from "../text/label.ts";
import { endLine, paragraphCount, passage, withoutTail, withoutTitle } from "../text/passages.ts";
import type { Stretch } from "../text/stretch.ts";
import { questionsBehind } from "./foreign.ts";

export interface Turn {
  readonly label: Label;
  /** Who speaks: turns of one key are one speaker's. */
  readonly key: string;
  readonly spans: readonly Span[];
  readonly content: string;
}

/** Labels of one region of a stretch, in order. */
export type LabelRun = readonly Label[];

/** Lines without a label behind which the next label begins another region. */
const longestTurn = 400;

/** `User 1` and `User 2` are one speaker asking twice; `Speaker 1` and `Speaker 2` are two. */
export function speakerKey(label: Label): string {
  return sideOf(label.stem) === undefined ? label.key : label.stem;
}

/** Divided where nobody who spoke before speaks behind: two conversations of other people. */
function bySpeakers(region: Label[]): Label[][] {
  const last = new Map(region.map((label, index) => [speakerKey(label), index]));
  const parts: Label[][] = [[]];
  let open = -1;
  for (const [index, label] of region.entries()) {
    if (index > 0 && index > open) parts.push([]);
    parts.at(-1)?.push(label);
    open = Math.max(open, last.get(speakerKey(label)) ?? index);
  }
  return parts.some((part) => part.length < 3) ? [region] : parts;
}

/** Labels that stand near enough to one another, in one code block or none, of people who speak with one another. */
export function regionsOf(stretch: Stretch, labels: LabelRun): Label[][] {
  return nearRegions(stretch, labels).flatMap(bySpeakers);
}

function nearRegions(stretch: Stretch, labels: LabelRun): Label[][] {
  const regions: Label[][] = [];
  for (const label of labels) {
    const previous = regions.at(-1)?.at(-1);
    const near =
      previous !== undefined &&
      label.line - previous.line <= longestTurn &&
      stretch.fence(label.line) === stretch.fence(previous.line);
    if (near) regions.at(-1)?.push(label);
    else regions.push([label]);
  }
  return regions;
}

function bodyLine(label: Label): number {
  return label.alone ? label.line + 1 : label.line;
}

/** Where what is said begins: behind the label, or on the next line when it stands alone. */
function bodyPlace(stretch: Stretch, label: Label): number {
  if (!label.alone) return label.body;
  const next = label.line + 1;
  return label.quoted > 0 ? unquoted(stretch, next, label.quoted) : stretch.lines.start(next);
}

function fenceEnd(stretch: Stretch, line: number): number {
  const { lines } = stretch;
  const fence = stretch.fence(line);
  if (fence === 0) return lines.count;
  let last = line;
  while (last < lines.count && stretch.fence(last) === fence) last += 1;
  return last - 1;
}

/** Furniture, breaks and headings before the next label are no part of what is said. */
function middleEnd(stretch: Stretch, label: Label, next: Label): number {
  const limit = questionsBehind(stretch, label, next.line);
  const last = withoutTail(stretch, label.line, limit);
  const asks = sideOf(label.stem) === "answers" && sideOf(next.stem) === "asks";
  return asks && last < next.line ? withoutTitle(stretch, bodyLine(label), last) : last;
}

function turnOf(stretch: Stretch, label: Label, last: number): Turn {
  const from = bodyPlace(stretch, label);
  const spans = spansOf(stretch, passage(from, last), label.quoted);
  return { label, key: speakerKey(label), spans, content: textOf(stretch, spans) };
}

/** A heading ends the last turn, and so do more paragraphs than other turns have. */
function lastEnd(stretch: Stretch, label: Label, limit: number, paragraphs: number): number {
  let begin = bodyLine(label);
  while (begin < limit && stretch.lines.isBlank(begin)) begin += 1;
  const furthest = Math.min(limit, label.line + longestTurn);
  return endLine(stretch, begin, furthest, {
    headings: label.heading === 0 ? 6 : label.heading,
    paragraphs,
  });
}

/** Most paragraphs that a turn before the last one has, those of the last speaker first. */
function usualParagraphs(stretch: Stretch, region: LabelRun): number {
  const last = region.at(-1);
  const counts = (same: boolean): number[] =>
    region.slice(0, -1).flatMap((label, index) => {
      if (same && label.key !== last?.key) return [];
      const next = region[index + 1] as Label;
      return [paragraphCount(stretch, bodyLine(label), middleEnd(stretch, label, next))];
    });
  const own = counts(true);
  return most(own.length > 0 ? own : counts(false), 1);
}

/** The turns of a region; those that say nothing are left out. */
export function turnsOf(stretch: Stretch, region: LabelRun): Turn[] {
  return region
    .map((label, index) => {
      const next = region[index + 1];
      if (next !== undefined) return turnOf(stretch, label, middleEnd(stretch, label, next));
      const paragraphs = usualParagraphs(stretch, region);
      const last = lastEnd(stretch, label, fenceEnd(stretch, label.line), paragraphs);
      return turnOf(stretch, label, withoutTail(stretch, label.line, last));
    })
    .filter((turn) => turn.spans.length > 0 && turn.label.silent !== true);
}

/** Whether something stands between two turns that neither says: a heading, a rule, a title. */
function breakBetween(stretch: Stretch, before: Turn, after: Turn): boolean {
  const from = stretch.lines.lineAt(before.spans.at(-1)?.[1] ?? 0) + 1;
  for (let line = from; line < after.label.line; line += 1)
    if (!stretch.lines.isBlank(line) && !stretch.isFurniture(line)) return true;
  return false;
}

/** Divided where a heading or a rule between turns divides them, unless one stands between most of them. */
export function divided(stretch: Stretch, turns: readonly Turn[]): Turn[][] {
  const breaks = turns
    .slice(1)
    .map((turn, index) => breakBetween(stretch, turns[index] as Turn, turn));
  const usual = breaks.filter(Boolean).length > breaks.length * 0.6;
  const groups: Turn[][] = [];
  for (const [index, turn] of turns.entries()) {
    if (index === 0 || (!usual && breaks[index - 1] === true)) groups.push([turn]);
    else groups.at(-1)?.push(turn);
  }
  return groups;
}

/** What one speaker says in several turns one after another is one turn. */
export function merged(turns: readonly Turn[]): Turn[] {
  const out: Turn[] = [];
  for (const turn of turns) {
    const last = out.at(-1);
    if (last?.key !== turn.key) {
      out.push(turn);
      continue;
    }
    const content = `${last.content}\n${turn.content}`;
    out[out.length - 1] = { ...last, spans: [...last.spans, ...turn.spans], content };
  }
  return out;
}
