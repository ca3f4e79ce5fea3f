// Text rows: {"text": …}, all of it learned; what mlx-lm's examples use, so `mlx` names it too.
// Text that already carries a template's markers is passed on as it stands.
import { filledText, isPresent, type RowFormat } from "./format.ts";

export const text: RowFormat = {
  title: "MLX text format",
  detect: (row) => isPresent(row.text),
  parse(row) {
    const content = filledText(row.text, "text");
    if (typeof content !== "string") return { problems: [content] };
    return { sample: { kind: "text", text: content } };
  },
};
