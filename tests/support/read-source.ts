import { usualLimits, type ReadLimits } from "../../src/synth/sources/limits.ts";
// Reads one document from bytes in this process, and shows its blocks as text, so that tests can say what they expect.
import { inMemory } from "../../src/synth/sources/opening/disk.ts";
import { headOf, sourceInput } from "../../src/synth/sources/opening/input.ts";
import { recognise, refusal } from "../../src/synth/sources/opening/recognise.ts";
import type { ReadNote } from "../../src/synth/sources/reader.ts";
import type { Block, SourcePart, Span } from "../../src/synth/sources/types.ts";

export interface ReadDocument {
  kind: string;
  text: string;
  parts: SourcePart[];
  blocks: Block[];
  /** One line a block: its type, what it is, its slices. */
  shown: string[];
  notes: ReadNote[];
}

function shownBlock(block: Block, slice: (span: Span) => string): string {
  const { type, span } = block;
  if (type === "heading") return `h${block.level} ${slice(span)}`;
  if (type === "list-item") return `${block.ordered ? "1." : "-"}${block.depth} ${slice(span)}`;
  if (type === "quote") return `quote${block.depth} ${slice(span)}`;
  if (type === "division") return `${block.name} ${block.number}`;
  if (type === "term")
    return `term ${slice(block.term)} = ${block.definitions.map(slice).join(" | ")}`;
  if (type === "message")
    return `message ${block.thread ?? ""} ${block.role ?? block.speaker ?? ""}: ${block.spans.map(slice).join(" + ")}`;
  if (type !== "table") return `${type} ${slice(span)}`;
  const rows = [...(block.header ? [block.header] : []), ...block.rows];
  const kind = block.header ? "table with header" : block.columns ? "rest of a table" : "table";
  return `${kind}: ${rows.map((row) => row.map(slice).join(" | ")).join(" / ")}`;
}

/** Throws what makes the file skipped. */
export async function readDocument(
  name: string,
  bytes: Uint8Array | string,
  limits: Partial<ReadLimits> = {},
): Promise<ReadDocument> {
  const source = inMemory(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  const head = await headOf(source);
  const found = recognise(name, head);
  if (found === undefined) throw refusal(name, head);
  const notes: ReadNote[] = [];
  const settings = { limits: { ...usualLimits, ...limits } };
  const input = sourceInput({ name, source: name }, source, settings, (note) => notes.push(note));
  const parts: SourcePart[] = [];
  for await (const part of found.reader.read(input)) parts.push(part);
  const text = parts.map((part) => part.text).join("");
  const blocks = parts.flatMap((part) => part.blocks);
  const shown = blocks.map((block) => shownBlock(block, ([start, end]) => text.slice(start, end)));
  return { kind: found.kind, text, parts, blocks, shown, notes };
}
