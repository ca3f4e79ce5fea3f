// The body of a message as Anthropic describes it, and what it asks of the model.
import { randomInt } from "node:crypto";
import { z } from "zod";
import type { JsonObject, Message, ToolCall } from "../../text/types.ts";
import { badRequest } from "../http/api-error.ts";
import type { AnswerRequest, CallChoice, Prompt } from "../model/messages.ts";

const TextBlock = z.object({ type: z.literal("text"), text: z.string() });

const ResultContent = z.union([z.string(), z.array(TextBlock)], {
  error: "must be a string or a list of text blocks",
});

const Block = z.discriminatedUnion(
  "type",
  [
    TextBlock,
    z.object({ type: z.literal("thinking"), thinking: z.string() }),
    z.object({ type: z.literal("redacted_thinking") }),
    z.object({
      type: z.literal("tool_use"),
      id: z.string(),
      name: z.string(),
      input: z.record(z.string(), z.unknown()),
    }),
    z.object({
      type: z.literal("tool_result"),
      tool_use_id: z.string(),
      content: ResultContent.nullish(),
    }),
  ],
  { error: "only blocks of type text, thinking, tool_use and tool_result are supported" },
);

type Block = z.infer<typeof Block>;

const MessageBody = z.object(
  {
    role: z.enum(["user", "assistant"], { error: "must be user or assistant" }),
    content: z.union([z.string(), z.array(Block)], {
      error: "must be a string or a list of blocks",
    }),
  },
  { error: "must be a message" },
);

const ToolBody = z.object({
  type: z.literal("custom", { error: "only custom tools are supported" }).nullish(),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9_.-]{1,128}$/, { error: "must be letters, digits, _, . or -" }),
  description: z.string().nullish(),
  input_schema: z.record(z.string(), z.unknown(), { error: "must be a JSON schema" }),
});

const share = z.number().min(0, { error: "must be from 0 to 1" }).max(1, {
  error: "must be from 0 to 1",
});

const promptShape = {
  model: z.string({ error: "must be a string" }),
  messages: z.array(MessageBody).min(1, { error: "must have at least one message" }),
  system: z
    .union([z.string(), z.array(TextBlock)], { error: "must be a string or a list of text blocks" })
    .nullish(),
  tools: z.array(ToolBody).max(128).nullish(),
  tool_choice: z
    .discriminatedUnion(
      "type",
      [
        z.object({ type: z.literal("auto") }),
        z.object({ type: z.literal("any") }),
        z.object({ type: z.literal("none") }),
        z.object({ type: z.literal("tool"), name: z.string() }),
      ],
      { error: "must be of type auto, any, tool or none" },
    )
    .nullish(),
};

export const CountBody = z.object(promptShape, { error: "the body must be a JSON object" });

export const MessagesBody = z.object(
  {
    ...promptShape,
    max_tokens: z
      .int({ error: "must be an integer" })
      .positive({ error: "must be greater than 0" }),
    stop_sequences: z.array(z.string()).max(16).nullish(),
    stream: z.boolean().nullish(),
    temperature: share.nullish(),
    top_p: share.nullish(),
    top_k: z.int().min(0).nullish(),
  },
  { error: "the body must be a JSON object" },
);

export type CountBody = z.infer<typeof CountBody>;
export type MessagesBody = z.infer<typeof MessagesBody>;

const joined = (content: string | readonly { text: string }[]): string =>
  typeof content === "string" ? content : content.map(({ text }) => text).join("");

/** Blocks of one turn: answers of tools are messages of their own, in the order in which they stand. */
function userMessages(blocks: readonly Block[]): Message[] {
  const messages: Message[] = [];
  let text: string[] = [];
  const flush = (): void => {
    if (text.length > 0) messages.push({ role: "user", content: text.join("\n") });
    text = [];
  };
  for (const block of blocks) {
    if (block.type === "text") text.push(block.text);
    if (block.type !== "tool_result") continue;
    flush();
    const content = joined(block.content ?? "");
    messages.push({ role: "tool", content, toolCallId: block.tool_use_id });
  }
  flush();
  return messages;
}

function assistantMessage(blocks: readonly Block[]): Message {
  const content = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  const thoughts = blocks.flatMap((block) => (block.type === "thinking" ? [block.thinking] : []));
  const toolCalls = blocks.flatMap((block): ToolCall[] =>
    block.type === "tool_use" ? [{ id: block.id, name: block.name, arguments: block.input }] : [],
  );
  return {
    role: "assistant",
    content: content.join(""),
    ...(thoughts.length > 0 && { reasoning: thoughts.join("") }),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
}

function messagesOf({ messages, system }: CountBody): Message[] {
  const turns = messages.flatMap(({ role, content }): Message[] => {
    const blocks =
      typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
    return role === "user" ? userMessages(blocks) : [assistantMessage(blocks)];
  });
  const before = system === null || system === undefined ? "" : joined(system);
  return before === "" ? turns : [{ role: "system", content: before }, ...turns];
}

/** In OpenAI's shape, which templates know. */
function toolsOf({ tools, tool_choice: choice }: CountBody): JsonObject[] {
  if (choice?.type === "none") return [];
  return (tools ?? []).map(({ name, description, input_schema: parameters }) => ({
    type: "function",
    function: { name, ...(typeof description === "string" && { description }), parameters },
  }));
}

function callsOf({ tools, tool_choice: choice }: CountBody): CallChoice {
  if (choice === null || choice === undefined || choice.type === "auto") return "auto";
  if (choice.type === "none") return "none";
  const names = (tools ?? []).map(({ name }) => name);
  if (names.length === 0) throw badRequest("tool_choice requires tools", "tool_choice");
  if (choice.type === "any") return "required";
  if (names.includes(choice.name)) return { name: choice.name };
  throw badRequest(
    `tool_choice names ${choice.name}, which is not one of the tools`,
    "tool_choice",
  );
}

export function promptOf(body: CountBody): Prompt {
  const tools = toolsOf(body);
  return { messages: messagesOf(body), ...(tools.length > 0 && { tools }) };
}

/** Throws ApiError 400. */
export function messagesRequest(body: MessagesBody, adapter: string | undefined): AnswerRequest {
  return {
    prompts: [promptOf(body)],
    choices: 1,
    maxTokens: body.max_tokens,
    stop: (body.stop_sequences ?? []).filter((text) => text !== ""),
    sampling: {
      ...{ temperature: body.temperature ?? 1, topP: body.top_p ?? 1, topK: body.top_k ?? 0 },
      ...{ minP: 0, repetitionPenalty: 1, presencePenalty: 0, frequencyPenalty: 0 },
      logitBias: [],
    },
    seed: randomInt(2 ** 32),
    adapter,
    calls: callsOf(body),
    isTakenApart: true,
  };
}
