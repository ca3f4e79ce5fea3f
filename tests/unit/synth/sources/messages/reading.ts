// What a reader of messages gives for a file's bytes, checked and in short: for the tests beside it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { openSources } from "../../../../../src/synth/sources/open.ts";
import type { Block, Span } from "../../../../../src/synth/sources/types.ts";

export interface Read {
  readonly kind: string;
  readonly container: boolean;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly skipped: readonly string[];
}

/** Reads one file, or the files of a folder, in this process. Checks that parts follow one another and spans exist. */
export async function readFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<Read> {
  const folder = mkdtempSync(join(tmpdir(), "ft-messages-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return await readAll(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readAll(folder: string): Promise<Read> {
  const opened = openSources([folder], { isInProcess: true });
  let kind = "";
  let container = false;
  let text = "";
  const blocks: Block[] = [];
  for await (const source of opened) {
    ({ kind, container } = source);
    for await (const part of source.parts) {
      expect(part.start).toBe(text.length);
      text += part.text;
      blocks.push(...part.blocks);
    }
  }
  for (const { span } of blocks) expect(span[0] <= span[1] && span[1] <= text.length).toBe(true);
  return { kind, container, text, blocks, skipped: opened.report.skipped.map(({ code }) => code) };
}

const slices = (text: string, spans: readonly Span[]): string =>
  spans.map(([start, end]) => text.slice(start, end)).join("\n");

/** `Ada: text` a message or cue, in order; what the program wrote in brackets. */
export function saidIn({ blocks, text }: Read): string[] {
  return blocks.flatMap((block) => {
    if (block.type === "cue")
      return [`${block.speaker ?? "?"}: ${slices(text, block.spans ?? [block.span])}`];
    if (block.type !== "message") return [];
    const said = `${block.speaker ?? block.role ?? "?"}: ${slices(text, block.spans)}`;
    return [block.automatic === true ? `(${said})` : said];
  });
}

export function timesIn({ blocks }: Read): (string | undefined)[] {
  return blocks.flatMap((block) => (block.type === "message" ? [block.sentAt] : []));
}
