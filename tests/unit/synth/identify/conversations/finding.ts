// Conversations found among messages given in short, and among files: for the tests beside it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conversationsOf } from "../../../../../src/synth/identify/conversations/conversations.ts";
import { Identifier } from "../../../../../src/synth/identify/identify.ts";
import type { FoundConversation } from "../../../../../src/synth/identify/types.ts";
import { openSources } from "../../../../../src/synth/sources/open.ts";
import type { Block, SaidMessage, SourcePart } from "../../../../../src/synth/sources/types.ts";

/** `10:00 ada> text`; further fields of a message behind it. */
export type Line = string | readonly [line: string, more: Partial<SaidMessage>];

/** One part whose text is the lines. */
function partOf(lines: readonly Line[]): SourcePart {
  let text = "";
  const blocks: Block[] = [];
  for (const line of lines) {
    const [written, more] = typeof line === "string" ? [line, {}] : line;
    const [time = "", speaker = ""] = written.slice(0, written.indexOf("> ")).split(" ");
    const start = text.length;
    const from = start + written.indexOf("> ") + 2;
    text += `${written}\n`;
    const span = [start, text.length - 1] as const;
    const sentAt = time.length > 5 ? `2024-01-${time}:00` : `2024-01-01T${time}:00`;
    blocks.push({
      type: "message",
      span,
      spans: [[from, text.length - 1]],
      speaker,
      sentAt,
      ...more,
    });
  }
  return { start: 0, text, blocks };
}

async function* one(part: SourcePart): AsyncGenerator<SourcePart> {
  yield part;
}

/** In short: `rule: u ada hello | a bob hi`. */
export function short({ rule, messages }: FoundConversation): string {
  const turns = messages.map(({ role, name, content }) =>
    [role.slice(0, 1), name, content].filter((word) => word !== undefined).join(" "),
  );
  return `${rule}: ${turns.join(" | ")}`;
}

export async function inMessages(
  lines: readonly Line[],
  assistants: readonly string[] = [],
): Promise<string[]> {
  const opened = { source: "s", kind: "chat", container: false, parts: one(partOf(lines)) };
  const found: string[] = [];
  const identifier = new Identifier({ assistants, minConfidence: 0 }, { conversationsOf });
  for await (const conversation of identifier.of(opened)) found.push(short(conversation));
  return found;
}

export async function inFile(name: string, content: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "ft-conversations-"));
  try {
    writeFileSync(join(folder, name), content);
    const found: string[] = [];
    const identifier = new Identifier({ minConfidence: 0 }, { conversationsOf });
    for await (const source of openSources([folder], { isInProcess: true }))
      for await (const conversation of identifier.of(source)) found.push(short(conversation));
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
