// What belongs to prompts and templates, in an answer: marks of chat templates, the system message, places that nobody
// filled.
import { normalText } from "../../clean/duplicates/normal-text.ts";
import type { RowCheck } from "../check.ts";
import type { LookedRow } from "../looked-row.ts";

const marks: readonly RegExp[] = [
  /<\|(?:im_start|im_end|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|system|user|assistant|end)\|>/u,
  /\[\/?INST\]|<<\/?SYS>>|<\/?s>(?:\[|$)|<(?:start|end)_of_turn>/u,
  /^#{2,3} ?(?:Instruction|Response|System|Input) ?:/mu,
  /\byou are (?:a|an) (?:[\w,-]+ ){0,6}(?:assistant|chatbot|language model)\b/iu,
  /\{\{ ?[\w.-]+ ?\}\}|\[insert [^\]\n]{1,40}\]|\blorem ipsum\b/iu,
];

/** Of a system message so much is looked for. */
const longest = 60;
const shortest = 24;

function repeatsSystem({ parts }: LookedRow, answer: string): boolean {
  const said = normalText(answer);
  const systems = parts.filter(({ role }) => role === "system");
  return systems.some(({ text }) => {
    const plain = normalText(text).slice(0, longest);
    return plain.length >= shortest && said.includes(plain);
  });
}

export const leaks: RowCheck = {
  about: "prompts, template tokens and unfilled placeholders in answers",
  *look(row) {
    for (const { question, answer, field } of row.exchanges) {
      const found = marks.map((mark) => mark.exec(answer)?.[0]).find((one) => one !== undefined);
      // who asks about it is answered with it
      if (found !== undefined && !question.includes(found))
        yield { field, message: `"${found}" belongs to a prompt, not to an answer` };
      if (repeatsSystem(row, answer))
        yield { field, message: "the answer gives the system message away" };
    }
  },
};
