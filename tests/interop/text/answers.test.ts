// Calls read by mlx-lm's own tool parsers from the same answers: the same arguments, in every format that both know.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { answerFormatOf, readAnswer } from "../../../src/text/index.ts";
import type { JsonObject } from "../../../src/text/types.ts";
import { answerTemplates, sourceOf, written } from "../../support/answer-templates.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";

/** Parsers by our format. FunctionGemma's reads strings only, Muse's takes "3" for a number whatever the schema says. */
const parsers: Readonly<Record<string, string>> = {
  hermes: "json_tools",
  "qwen-coder": "qwen3_coder",
  glm: "glm47",
  minimax: "minimax_m2",
  minicpm: "minicpm5",
  kimi: "kimi_k2",
  "mistral-named": "mistral",
  lfm: "pythonic",
  gemma: "gemma4",
  "kimi-elements": "kimi_k3",
};

const read = `
import importlib, json, sys
given = json.load(sys.stdin)
found = []
for row in given["rows"]:
    parser = importlib.import_module("mlx_lm.tool_parsers." + row["parser"])
    text = row["answer"].split(parser.tool_call_start, 1)[1]
    if parser.tool_call_end:
        text = text.split(parser.tool_call_end, 1)[0]
    call = parser.parse_tool_call(text, given["tools"])
    call = call[0] if isinstance(call, list) else call
    arguments = call["arguments"]
    found.append(json.loads(arguments) if isinstance(arguments, str) else arguments)
print(json.dumps(found))
`;

const properties = {
  city: { type: "string" },
  days: { type: "integer" },
  factor: { type: "number" },
  isMetric: { type: "boolean" },
  hours: { type: "array", items: { type: "string" } },
  options: { type: "object" },
};
const tools: JsonObject[] = [
  {
    type: "function",
    function: { name: "get_weather", parameters: { type: "object", properties } },
  },
];

const cities = [
  "Bern",
  `Zü"r}i'ch {[`,
  "a\n b",
  "東京 👍🏽",
  "x, y: z",
  "3",
  "true",
  "</b> &",
  "\\d",
  "",
];

test("mlx-lm reads the same calls", () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  const rows = Object.entries(parsers).flatMap(([name, parser]) =>
    cities.map((city) => {
      const hours = ["a, b", "c"];
      const options = { deep: { list: [1, [2]] }, text: "}" };
      const given = { city, days: 3, factor: -0.5, isMetric: true, hours, options };
      const template = answerTemplates[name];
      if (template === undefined) throw new Error(`no template of ${name}`);
      const toolCalls = [{ id: "abcdefgh1", name: "get_weather", arguments: given }];
      return { name, parser, given, template, answer: written(template, { toolCalls }, tools) };
    }),
  );
  const input = JSON.stringify({
    tools,
    rows: rows.map(({ parser, answer }) => ({ parser, answer })),
  });
  const theirs = JSON.parse(execFileSync(python, ["-c", read], { input }).toString()) as unknown[];
  for (const [at, { name, template, answer, given }] of rows.entries()) {
    const format = answerFormatOf({ source: sourceOf(template) });
    const { toolCalls } = readAnswer(format, answer, { tools });
    expect(toolCalls[0]?.arguments, `${name}: ${answer}`).toEqual(given);
    expect(toolCalls[0]?.arguments, `${name}: ${answer}`).toEqual(theirs[at]);
  }
});
