// Instruction rows as Alpaca has them: {"instruction", "input", "output"}; input may be
// absent or empty.
// Nothing is trimmed: the text is learned as it stands.
import { type FieldProblem, filledText, isPresent, kindOf, type RowFormat } from "./format.ts";

export const instruction: RowFormat = {
  title: "instruction format",
  detect: (row) => isPresent(row.instruction),
  parse(row) {
    const problems: FieldProblem[] = [];
    const asked = filledText(row.instruction, "instruction");
    const output = filledText(row.output, "output");
    const input = row.input ?? "";
    if (typeof asked !== "string") problems.push(asked);
    if (typeof input !== "string") {
      problems.push({ field: "input", message: `must be a string, not ${kindOf(input)}` });
    }
    if (typeof output !== "string") problems.push(output);
    if (typeof asked !== "string" || typeof input !== "string" || typeof output !== "string") {
      return { problems };
    }
    return { sample: { kind: "instruction", instruction: asked, input, output } };
  },
};
