// Rows of one answer and whether it is as wanted: {"prompt", "completion", "label"}, as TRL has them for KTO.
// With a label that is neither true nor false they are prompt and completion.
import type { JudgedSample } from "../../text/types.ts";
import { isPresent, kindOf, type RowFormat } from "./format.ts";
import { answerProblems, partOf, problemsIn, requireUser } from "./preference.ts";
import { parseTools } from "./tool-calls.ts";

/** Tables hold nothing but text. */
const labels = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ["true", true],
  ["false", false],
  ["True", true],
  ["False", false],
]);

export const kto: RowFormat = {
  title: "prompt, completion and label format",
  isSpecial: true,
  detect: (row) => isPresent(row.prompt) && isPresent(row.completion) && labels.has(row.label),
  parse(row) {
    const prompt = partOf(row.prompt, "prompt", "user");
    const completion = partOf(row.completion, "completion", "assistant");
    const tools = parseTools(row);
    const label = labels.get(row.label);
    const problems = problemsIn([prompt, completion, tools]);
    if (label === undefined) {
      problems.push({ field: "label", message: `must be true or false, not ${kindOf(row.label)}` });
    }
    if ("problems" in prompt || "problems" in completion || "problems" in tools)
      return { problems };
    problems.push(...requireUser(prompt, "prompt"), ...answerProblems(completion, "completion"));
    if (problems.length > 0 || label === undefined) return { problems };
    const known = tools.value === undefined ? {} : { tools: tools.value };
    return { sample: { kind: "judged", prompt, completion, label, ...known } as JudgedSample };
  },
};
