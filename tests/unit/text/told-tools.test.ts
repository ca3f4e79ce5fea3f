// Tools in words, for templates without a place for them: told once, and read back as what was said.
import { expect, test } from "vitest";
import { needsTelling, readAnswer, toldTools, toldToolsFormat } from "../../../src/text/index.ts";
import type { JsonObject, Message } from "../../../src/text/types.ts";

const tool: JsonObject = {
  type: "function",
  function: { name: "weather", description: "Tells it.", parameters: { type: "object" } },
};
const call = { id: "1", name: "weather", arguments: '{"city":"Rome"}' };
const asked: Message = { role: "user", content: "Is it raining?" };
const neither = { tools: false, toolCalls: false };

test("what a template says itself is not told", () => {
  expect(needsTelling({ messages: [asked] }, neither)).toBe(false);
  expect(needsTelling({ messages: [asked], tools: [tool] }, neither)).toBe(true);
  expect(needsTelling({ messages: [asked], tools: [tool] }, { ...neither, tools: true })).toBe(
    false,
  );
  const called = [asked, { role: "assistant" as const, toolCalls: [call] }];
  expect(needsTelling({ messages: called }, { ...neither, tools: true })).toBe(true);
  expect(needsTelling({ messages: called }, { ...neither, toolCalls: true })).toBe(false);
});

test("functions are told in the system message, whether there is one or not", () => {
  const [told, ...rest] = toldTools({ messages: [asked], tools: [tool] });
  expect(told).toMatchObject({ role: "system" });
  const line = '{"name":"weather","description":"Tells it.","parameters":{"type":"object"}}';
  expect(told?.content).toContain(`<tools>\n${line}\n</tools>`);
  expect(rest).toEqual([asked]);
  const own: Message = { role: "system", content: "Be brief." };
  const both = toldTools({ messages: [own, asked], tools: [tool] });
  expect(both).toHaveLength(2);
  expect(both[0]?.content).toBe(`Be brief.\n\n${told?.content as string}`);
});

test("calls are texts that are read as those calls, results one message of the user's", () => {
  const other = { name: "weather", arguments: { city: "Bari" } };
  const told = toldTools({
    messages: [
      asked,
      { role: "assistant", content: "I look.", toolCalls: [call, other] },
      { role: "tool", content: "rain", toolCallId: "1" },
      { role: "tool", content: "sun" },
      { role: "assistant", content: "In Rome." },
    ],
  });
  expect(told.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  const { content, toolCalls } = readAnswer(toldToolsFormat({}), told[1]?.content as string, {
    tools: [tool],
  });
  expect(content.trim()).toBe("I look.");
  expect(toolCalls.map(({ name, arguments: given }) => [name, given])).toEqual([
    ["weather", { city: "Rome" }],
    ["weather", { city: "Bari" }],
  ]);
  expect(told[2]?.content).toBe(
    "<tool_response>\nrain\n</tool_response>\n<tool_response>\nsun\n</tool_response>",
  );
  expect(told.some((message) => message.toolCalls !== undefined)).toBe(false);
});
