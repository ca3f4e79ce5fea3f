// Records of every kind, made at random from a seed: conversations, tools, preferences, labels, parts, provenance.
import type { Random } from "../../../../src/core/random.ts";
import type { DatasetRecord, RecordMessage } from "../../../../src/synth/records/record.ts";
import type { JsonObject, ToolCall } from "../../../../src/text/types.ts";

const texts = [
  "What is the boiling point of water?",
  "100 °C at sea level.",
  'He said "yes".\nThen left.\n',
  "水の沸点は?",
  '{"a":1}',
  '{"content":"x"}',
  "  leading and trailing  ",
  "= 1 + 1",
  "émile 👩‍👩‍👧",
];

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)] as T;
const chance = (random: Random, share: number): boolean => random.next() < share;

function call(random: Random, index: number): ToolCall {
  const id = chance(random, 0.7)
    ? { id: `call${index}${random.integer(9)}abc`.slice(0, 9).padEnd(9, "0") }
    : {};
  const given = chance(random, 0.8)
    ? { city: pick(random, texts), n: random.integer(5) }
    : '{ "spaced": true }';
  return { ...id, name: "get_weather", arguments: given };
}

function toolTurn(random: Random): RecordMessage[] {
  const one = call(random, 1);
  const answer: RecordMessage = {
    role: "tool",
    content: pick(random, ['{"celsius":21}', "sunny", '{"content":"wrapped"}']),
    name: "get_weather",
    ...(one.id !== undefined && { toolCallId: one.id }),
  };
  const said = chance(random, 0.2) ? { content: "Let me look." } : {};
  return [{ role: "assistant", ...said, toolCalls: [one] }, answer];
}

function turn(random: Random): RecordMessage[] {
  const weight = chance(random, 0.1) ? { weight: pick(random, [0, 1, 0.5]) } : {};
  const reasoning = chance(random, 0.1) ? { reasoning: "Think." } : {};
  const name = chance(random, 0.1) ? { name: "ann" } : {};
  const content = chance(random, 0.05)
    ? [{ type: "text", text: pick(random, texts) }]
    : pick(random, texts);
  return [
    { role: "user", content, ...name },
    ...(chance(random, 0.2) ? toolTurn(random) : []),
    { role: "assistant", content: pick(random, texts), ...weight, ...reasoning },
  ];
}

const tools: readonly JsonObject[] = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "d",
      parameters: { type: "object", properties: {} },
    },
  },
];

/** One record; its id is often what its line would be. */
export function madeRecord(random: Random, line: number): DatasetRecord {
  const system: RecordMessage[] = chance(random, 0.4)
    ? [{ role: "system", content: pick(random, texts) }]
    : [];
  const turns = Array.from({ length: 1 + random.integer(3) }, () => turn(random)).flat();
  const isPreference = chance(random, 0.25);
  const messages = [...system, ...(isPreference ? turns.slice(0, -1) : turns)];
  const meta = chance(random, 0.15)
    ? {
        meta: pick<JsonObject>(random, [
          { label: true },
          { topic: "t", label: false },
          { parallel_tool_calls: false },
          { rule: "faq" },
        ]),
      }
    : {};
  return {
    id: chance(random, 0.8) ? String(line) : `row-${line}`,
    messages,
    ...(chance(random, 0.2) && { tools }),
    ...(isPreference && {
      preference: {
        chosen: [{ role: "assistant", content: "good" }],
        rejected: [{ role: "assistant", content: pick(random, texts) }],
      },
    }),
    ...(chance(random, 0.1) && { source: { file: "a.md", span: [0, 4] as const } }),
    ...meta,
  };
}
