// How sure one is that the turns of a region are talk, judged for all rules over speakers in one way.
import type { Evidence } from "./evidence.ts";
import type { Turn } from "./turns.ts";

const codeEnds = ",{;([=|\\";

function isCode({ content }: Turn): boolean {
  const end = content.indexOf("\n");
  const first = (end === -1 ? content : content.slice(0, end)).trimEnd();
  if (codeEnds.includes(first.charAt(first.length - 1))) return true;
  if (/^[\w.-]{1,40} ?= ?\S/.test(first.slice(0, 60))) return true;
  const begins = ["{", "[", "http://", "https://", "$ "].some((mark) => first.startsWith(mark));
  return begins || first.includes("=>") || first.includes("();");
}

export function codeShare(turns: readonly Turn[]): number {
  return turns.length === 0 ? 1 : turns.filter(isCode).length / turns.length;
}

/** Whether three speakers or more speak in one order all the time, as the fields of records stand. */
export function isCyclic(turns: readonly Turn[], speakers: number): boolean {
  if (turns.length < speakers * 2) return false;
  const order = turns.slice(0, speakers).map(({ key }) => key);
  if (new Set(order).size !== speakers) return false;
  return turns.every(({ key }, index) => key === order[index % speakers]);
}

/** 0 to 1: how much the words are such as people say to one another. */
export function talkativeness({ asking, talking, sentences }: Evidence): number {
  return (
    Math.min(1, asking / 0.3) * 0.4 +
    Math.min(1, talking / 0.6) * 0.4 +
    Math.min(1, sentences / 0.7) * 0.2
  );
}
