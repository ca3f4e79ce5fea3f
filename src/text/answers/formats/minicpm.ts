// <function name="f"><param name="key">text</param></function>, texts with < or & in CDATA; of MiniCPM 5.
// Source: the model's template.
import { elements } from "../elements.ts";
import { type AnswerFormat, calls, type FormatEntry, think, thoughtMarks } from "../format.ts";

const parameter = {
  key: '<param name="',
  between: ['">'],
  end: "</param>",
  close: "</function>",
};

function unwrapped(text: string): string {
  return /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(text)?.[1] ?? text;
}

const thoughts = [think];

const format: AnswerFormat = {
  name: "minicpm",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    calls('<function name="', function* read(cursor, tools) {
      const name = tools.known((yield* cursor.until('">')).text);
      const found = yield* elements(cursor, parameter);
      const texts = found.map(([key, text]) => [key, unwrapped(text)] as const);
      return [{ name, arguments: tools.arguments(name, texts) }];
    }),
  ],
  inner: ["<function", "</function>", "<param", "</param>"],
};

export const minicpm: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes('<function name="'),
};
