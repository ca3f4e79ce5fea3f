// A stretch of a source that rules look at together: its lines, the labels at their beginnings, what the format says of
// structure, and which lines are furniture of pages. Places are UTF-16 units from the stretch's beginning.
import type { Block } from "../../sources/types.ts";
import { isDashCode } from "./characters.ts";
import { fences } from "./fences.ts";
import { furniture } from "./furniture.ts";
import { type Label, labelAt } from "./label.ts";
import { Lines } from "./lines.ts";

const ruleMarks = "-–—=_*~#+. ";

export class Stretch {
  readonly text: string;
  readonly lines: Lines;
  /** Their spans are places of this stretch. */
  readonly blocks: readonly Block[];
  readonly #labels: (Label | null | undefined)[] = [];
  readonly #furniture: ReadonlySet<number>;
  readonly #fences: ReadonlyMap<number, number>;
  #terms: ReadonlySet<number> | undefined;
  #all: readonly Label[] | undefined;
  readonly #levels: number[] = [];
  #headings: ReadonlyMap<number, number> | undefined;

  constructor(text: string, blocks: readonly Block[] = []) {
    this.text = text;
    this.blocks = blocks;
    this.lines = new Lines(text);
    this.#furniture = furniture(this.lines, blocks);
    this.#fences = fences(this.lines);
  }

  label(line: number): Label | undefined {
    const known = this.#labels[line];
    if (known !== undefined) return known ?? undefined;
    const { lines } = this;
    const found = lines.isBlank(line)
      ? undefined
      : labelAt(this.text, line, lines.ink(line), lines.end(line));
    this.#labels[line] = found ?? null;
    return found;
  }

  /** All labels, in order. */
  get labels(): readonly Label[] {
    if (this.#all !== undefined) return this.#all;
    const found: Label[] = [];
    for (let line = 0; line < this.lines.count; line += 1) {
      const label = this.label(line);
      if (label !== undefined) found.push(label);
    }
    return (this.#all = found);
  }

  /** Page numbers and heads that come again on each page. */
  isFurniture(line: number): boolean {
    return this.#furniture.has(line);
  }

  /** Number of the fenced code block the line is in, from 1; 0 outside. */
  fence(line: number): number {
    return this.#fences.get(line) ?? 0;
  }

  /** `---`, `* * *`, `====`. */
  isRule(line: number): boolean {
    const { lines } = this;
    const [from, to] = [lines.ink(line), lines.end(line)];
    if (to - from < 3) return false;
    let marks = 0;
    for (let at = from; at < to; at += 1) {
      if (!ruleMarks.includes(this.text.charAt(at))) return false;
      if (this.text.charCodeAt(at) !== 0x20) marks += 1;
    }
    return marks >= 3;
  }

  /** Level of the heading on this line, 1 the highest; 0 for none. */
  heading(line: number): number {
    return (this.#levels[line] ??= this.#level(line));
  }

  #level(line: number): number {
    const marked = this.#hashes(line);
    if (marked > 0) return this.fence(line) === 0 ? marked : 0;
    return this.#blockHeadings.get(line) ?? this.#underlined(line);
  }

  #hashes(line: number): number {
    const from = this.lines.ink(line);
    if (this.lines.indent(line) > 3) return 0;
    let count = 0;
    while (count < 6 && this.text.charCodeAt(from + count) === 0x23) count += 1;
    if (count > 0 && this.text.charCodeAt(from + count) === 0x20) return count;
    return this.#equalSigns(line, from);
  }

  /** `== Title ==`, as wikis and AsciiDoc write it. */
  #equalSigns(line: number, from: number): number {
    let count = 0;
    while (count < 6 && this.text.charCodeAt(from + count) === 0x3d) count += 1;
    if (count < 2 || this.text.charCodeAt(from + count) !== 0x20) return 0;
    return this.lines.end(line) - from > count + 2 ? count : 0;
  }

  get #blockHeadings(): ReadonlyMap<number, number> {
    return (this.#headings ??= new Map(
      this.blocks.flatMap((block) =>
        block.type === "heading" ? [[this.lines.lineAt(block.span[0]), block.level] as const] : [],
      ),
    ));
  }

  #underlined(line: number): number {
    const below = line + 1;
    if (below >= this.lines.count || this.lines.isBlank(line)) return 0;
    const [from, to] = [this.lines.ink(below), this.lines.end(below)];
    const code = this.text.charCodeAt(from);
    if (to - from < 3 || (code !== 0x3d && !isDashCode(code))) return 0;
    for (let at = from; at < to; at += 1) if (this.text.charCodeAt(at) !== code) return 0;
    const width = this.lines.end(line) - this.lines.ink(line);
    if (this.isRule(line) || width > 100 || Math.abs(width - (to - from)) > width / 2) return 0;
    return code === 0x3d ? 1 : 2;
  }

  /** Whether a term with its definitions begins on this line: a list of its own. */
  beginsTerm(line: number): boolean {
    return this.#termLines.has(line);
  }

  get #termLines(): ReadonlySet<number> {
    return (this.#terms ??= new Set(
      this.blocks.flatMap(({ type, span }) =>
        type === "term" ? [this.lines.lineAt(span[0])] : [],
      ),
    ));
  }

  /** Whether this is the line under an underlined heading. */
  isUnderline(line: number): boolean {
    return line > 0 && this.#hashes(line - 1) === 0 && this.#underlined(line - 1) > 0;
  }
}
