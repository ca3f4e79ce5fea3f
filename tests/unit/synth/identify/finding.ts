// What rules find in a text, short enough to compare: a list of conversations, each a list of "role: content".
import { Identifier } from "../../../../src/synth/identify/identify.ts";
import type { IdentifyHelp } from "../../../../src/synth/identify/identify.ts";
import type { FoundConversation, IdentifyOptions } from "../../../../src/synth/identify/types.ts";
import type { OpenSource, SourcePart } from "../../../../src/synth/sources/types.ts";

async function* inPieces(text: string, size: number): AsyncGenerator<SourcePart> {
  for (let start = 0; start < text.length; start += size)
    yield { start, text: text.slice(start, start + size), blocks: [] };
}

export function plainSource(text: string, size = 1 << 17): OpenSource {
  return { source: "a.txt", kind: "text", container: false, parts: inPieces(text, size) };
}

export async function allFound(
  text: string,
  options: Partial<IdentifyOptions> = {},
  help: IdentifyHelp = {},
): Promise<FoundConversation[]> {
  const found: FoundConversation[] = [];
  for await (const one of new Identifier(options, help).of(plainSource(text))) found.push(one);
  return found;
}

export async function conversations(
  text: string,
  options: Partial<IdentifyOptions> = {},
): Promise<string[][]> {
  const found = await allFound(text, options);
  return found.map(({ messages }) => messages.map(({ role, content }) => `${role}: ${content}`));
}
