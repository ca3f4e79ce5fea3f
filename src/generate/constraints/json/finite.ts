// Lists the texts of an expression that has only a few. Texts are those of JSON as it is written here, where equal values
// have equal texts.
import type { Expression, Expressions } from "../automata/expressions.ts";
import { Machine, type State } from "../automata/machine.ts";

/** Characters of a listed text, at most. */
const longest = 200;

/** Undefined where there are more than `most`, or where that is not known before all rules are written. */
export function finiteTexts(
  expressions: Expressions,
  expression: Expression,
  most: number,
): string[] | undefined {
  const machine = new Machine(expressions);
  const texts: string[] = [];
  const work: { state: State; bytes: number[] }[] = [
    { state: machine.begin(expression), bytes: [] },
  ];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    const { state, bytes } = item;
    if (state.accepts) texts.push(Buffer.from(bytes).toString("utf8"));
    const next = machine.nextOf(state);
    for (let byte = 255; byte >= 0; byte--) {
      const after = next[byte] ?? null;
      if (after !== null) work.push({ state: after, bytes: [...bytes, byte] });
    }
    if (texts.length > most || work.length > 8 * most || bytes.length > longest) return undefined;
  }
  return texts;
}
