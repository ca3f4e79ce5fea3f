// Sums in answers that are wrong: numbers, signs and a result, calculated again. What is left of a sign of its own
// (a name, a unit, a bracket) is none that can be read with certainty, and is passed over.
import type { RowCheck } from "../check.ts";

const number = String.raw`\d{1,9}(?:\.\d{1,6})?`;
const chain = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,^)\]])(?<![-+*/×÷=−^]\s?)(${number}(?:\s*[-+*/×÷−]\s*${number})+)\s*=\s*(-?${number})(?![\p{L}\p{N}.,]*[\p{L}\p{N}^]|\s*[-+*/×÷=−%^(]|[ \u00a0\u202f]\d{3}(?!\d))`,
  "gu",
);
const share = new RegExp(
  String.raw`(?<![\p{N}.,])(${number})\s?%\s+of\s+(${number})\s+(?:is|=|equals)\s+(${number})(?![\p{L}\p{N}]|\s*%)`,
  "gu",
);

/** An answer that speaks of a wrong sum is right about it. */
const doubted =
  /\b(?:not|wrong|incorrect|mistake|false|instead|rather|remainder|mod|modulo|base|binary|hex|matrix|falsch|erreur|incorrecto)\b|≠|n't/iu;

/** Left to right, products first. */
function calculated(expression: string): number {
  const parts = expression.split(/\s*([-+*/×÷−])\s*/u);
  const terms = [Number(parts[0])];
  for (let at = 1; at < parts.length; at += 2) {
    const value = Number(parts[at + 1]);
    const last = terms.length - 1;
    if (parts[at] === "+") terms.push(value);
    else if (parts[at] === "-" || parts[at] === "−") terms.push(-value);
    else terms[last] = /[*×]/u.test(parts[at] ?? "") ? terms[last]! * value : terms[last]! / value;
  }
  return terms.reduce((sum, term) => sum + term, 0);
}

/** A result is right to the places that it is written with. */
function isRight(value: number, said: string): boolean {
  const places = said.split(".")[1]?.length ?? 0;
  const slack = Number.isInteger(value) ? 1e-9 : 0.5 * 10 ** -places + 1e-9;
  return Math.abs(value - Number(said)) <= slack;
}

const around = (text: string, at: number, length: number): string =>
  text.slice(Math.max(0, at - 60), at + length + 40);

function* slips(text: string): Generator<string> {
  for (const found of text.matchAll(chain)) {
    const [whole, expression = "", said = ""] = found;
    const value = calculated(expression);
    if (!Number.isFinite(value) || isRight(value, said)) continue;
    if (!doubted.test(around(text, found.index, whole.length)))
      yield `${whole.trim()}; it is ${value}`;
  }
  for (const found of text.matchAll(share)) {
    const [whole, part = "", of = "", said = ""] = found;
    const value = (Number(part) * Number(of)) / 100;
    if (isRight(value, said) || doubted.test(around(text, found.index, whole.length))) continue;
    yield `${whole.trim()}; it is ${value}`;
  }
}

export const arithmetic: RowCheck = {
  about: "wrong arithmetic in answers",
  *look({ exchanges }) {
    for (const { answer, field } of exchanges)
      for (const slip of slips(answer)) yield { field, message: `a sum is wrong: ${slip}` };
  },
};
