// Tools for models whose template has no place for them: which there are is told in the system message, calls and results
// stand as texts in the conversation, all in the form of Hermes, which many models have read. What such a model answers
// is read as `toldToolsFormat` has it.
import { functionOf, parametersOf } from "./answers/tools.ts";
import { textOf } from "./conversation.ts";
import type { Sayable, Spoken } from "./sayable.ts";
import type { JsonObject, Message, ToolCall } from "./types.ts";

type Says = Pick<Sayable, "tools" | "toolCalls">;

/** Whether a conversation has more of tools in it than the template can say. */
export function needsTelling({ messages, tools = [] }: Spoken, says: Says): boolean {
  const hasCalls = messages.some(({ toolCalls }) => toolCalls !== undefined);
  return (tools.length > 0 && !says.tools) || (hasCalls && !says.toolCalls);
}

const block = (name: string, text: string): string => `<${name}>\n${text}\n</${name}>`;

function toolLine(tool: JsonObject): string {
  const { name, description } = functionOf(tool);
  return JSON.stringify({ name, description, parameters: parametersOf(tool) });
}

function instructions(tools: readonly JsonObject[]): string {
  return [
    "You can call these functions. Each line is one, with the JSON schema of its arguments:",
    block("tools", tools.map(toolLine).join("\n")),
    "To call one, answer with nothing but this, once for each call:",
    block("tool_call", '{"name": "…", "arguments": {…}}'),
  ].join("\n");
}

function callText({ name, arguments: given }: ToolCall): string {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return block("tool_call", `{"name": ${JSON.stringify(name)}, "arguments": ${text}}`);
}

/** What the assistant said, with its calls behind it. */
function saidWithCalls({ toolCalls = [], ...message }: Message): Message {
  const said = textOf(message);
  const texts = [...(said === "" ? [] : [said]), ...toolCalls.map(callText)];
  return toolCalls.length === 0 ? message : { ...message, content: texts.join("\n") };
}

/** Results one after another are one message: some templates want turns to alternate. */
function withResults(messages: readonly Message[]): Message[] {
  const all: Message[] = [];
  let results: string[] = [];
  const close = (): void => {
    if (results.length > 0) all.push({ role: "user", content: results.join("\n") });
    results = [];
  };
  for (const message of messages) {
    if (message.role === "tool") {
      results.push(block("tool_response", textOf(message)));
      continue;
    }
    close();
    all.push(saidWithCalls(message));
  }
  close();
  return all;
}

/** The conversation without tools, calls and their results, which are texts in it. */
export function toldTools({ messages, tools = [] }: Spoken): Message[] {
  const all = withResults(messages);
  if (tools.length === 0) return all;
  const [first] = all;
  const system = first?.role === "system" ? textOf(first) : "";
  const content = [system, instructions(tools)].filter((text) => text !== "").join("\n\n");
  return [{ role: "system", content }, ...(first?.role === "system" ? all.slice(1) : all)];
}
