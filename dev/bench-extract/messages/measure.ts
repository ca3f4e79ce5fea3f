// How well conversations in chats, transcripts and mail are found: renders dialogues into every kind of file, reads and
// identifies them as ft does, and prints precision and recall of turns (role and text exact) and whole conversations.
// Use: node --import tsx dev/bench-extract/messages/measure.ts [FILES-A-KIND] [SEED] [KIND…]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../../src/core/random.ts";
import { conversationsOf } from "../../../src/synth/identify/conversations/conversations.ts";
import { Identifier } from "../../../src/synth/identify/identify.ts";
import { openSources } from "../../../src/synth/sources/open.ts";
import { drawDialogue } from "./dialogues.ts";
import { messageRenderers } from "./renderers.ts";
import type { GoldMessage, Rendered } from "./rendering.ts";

export interface Counts {
  gold: number;
  found: number;
  right: number;
  conversations: number;
  exact: number;
}

const keyOf = ({ role, content }: GoldMessage): string => `${role}\n${content}`;

function overlap(one: readonly string[], other: readonly string[]): number {
  const left = new Map<string, number>();
  for (const key of one) left.set(key, (left.get(key) ?? 0) + 1);
  let shared = 0;
  for (const key of other) {
    const count = left.get(key) ?? 0;
    if (count > 0) shared++;
    left.set(key, count - 1);
  }
  return shared;
}

async function found(rendered: Rendered): Promise<GoldMessage[][]> {
  const folder = mkdtempSync(join(tmpdir(), "ft-bench-"));
  try {
    writeFileSync(join(folder, rendered.name), rendered.bytes);
    const all: GoldMessage[][] = [];
    const identifier = new Identifier({}, { conversationsOf });
    for await (const source of openSources([folder], { isInProcess: true }))
      for await (const { messages } of identifier.of(source)) all.push([...messages]);
    return all;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Renders and reads one file of a kind. */
export async function measureOne(kind: string, random: Random, counts: Counts): Promise<void> {
  const render = messageRenderers[kind];
  if (render === undefined) throw new Error(`no renderer of ${kind}`);
  const dialogues = Array.from({ length: 4 + random.integer(5) }, () => drawDialogue(random));
  const rendered = render(dialogues, random);
  const got = await found(rendered);
  const [goldKeys, gotKeys] = [rendered.gold.flat().map(keyOf), got.flat().map(keyOf)];
  counts.gold += goldKeys.length;
  counts.found += gotKeys.length;
  counts.right += overlap(goldKeys, gotKeys);
  const whole = (messages: readonly GoldMessage[]): string => messages.map(keyOf).join("\n\n");
  counts.conversations += rendered.gold.length;
  counts.exact += overlap(rendered.gold.map(whole), got.map(whole));
}

export const noCounts = (): Counts => ({ gold: 0, found: 0, right: 0, conversations: 0, exact: 0 });

const share = (part: number, whole: number): string =>
  whole === 0 ? "-" : (part / whole).toFixed(3);

/** F1 of turns. */
export function f1Of({ gold, found: got, right }: Counts): number {
  return gold + got === 0 ? 0 : (2 * right) / (gold + got);
}

export const messageColumns = "turns  precision  recall  conversations  exact";

/** The columns of a kind. */
export function messageRow({ gold, found: got, right, conversations, exact }: Counts): string {
  const columns = [
    String(gold).padStart(5),
    share(right, got).padStart(10),
    share(right, gold).padStart(7),
    String(conversations).padStart(14),
    share(exact, conversations).padStart(6),
  ];
  return columns.join(" ");
}

/** Counts of each kind of file, so many files of it. */
export async function* messageScores(
  files: number,
  seed: number,
  kinds: readonly string[] = Object.keys(messageRenderers),
): AsyncGenerator<{ kind: string; counts: Counts }> {
  for (const kind of kinds) {
    const counts = noCounts();
    const random = Random.fromSeed(seed).split(kind);
    for (let file = 0; file < files; file++) await measureOne(kind, random, counts);
    yield { kind, counts };
  }
}

async function main(): Promise<void> {
  const [files = "20", seed = "13", ...kinds] = process.argv.slice(2);
  console.log(`${"kind".padEnd(16)} ${messageColumns}`);
  const asked = kinds.length > 0 ? kinds : undefined;
  for await (const { kind, counts } of messageScores(Number(files), Number(seed), asked))
    console.log(`${kind.padEnd(16)} ${messageRow(counts)}`);
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
