// The body of a chat completion as OpenAI describes it, and what it asks of the model. Wrong types are refused; what
// this server cannot do is refused by name rather than left out.
import { z } from "zod";
import type { JsonObject, Message, ToolCall } from "../../text/types.ts";
import { badRequest } from "../http/api-error.ts";
import type { AnswerForm, AnswerRequest, CallChoice } from "../model/messages.ts";
import { samplingOf, seedOf, sharedShape, stopsOf } from "./shared-options.ts";

const TextPart = z.object(
  { type: z.literal("text", { error: "only parts of type text are supported" }), text: z.string() },
  { error: "must be a part with a type" },
);

const Content = z.union([
  z.string({ error: "must be a string or a list of parts" }),
  z.array(TextPart, { error: "must be a string or a list of parts" }),
]);

const Name = z.string().regex(/^[a-zA-Z0-9_.-]{1,64}$/, {
  error: "must be 1 to 64 letters, digits, _, . or -",
});

const CallBody = z.object({
  id: z.string(),
  type: z.literal("function").nullish(),
  function: z.object({ name: Name, arguments: z.string() }),
});

const MessageBody = z.object(
  {
    role: z.enum(["system", "developer", "user", "assistant", "tool"], {
      error: "must be system, developer, user, assistant or tool",
    }),
    content: Content.nullish(),
    name: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: z.array(CallBody).nullish(),
    tool_call_id: z.string().nullish(),
  },
  { error: "must be a message" },
);

type MessageBody = z.infer<typeof MessageBody>;

const Schema = z.record(z.string(), z.unknown(), { error: "must be a JSON schema" });

const ToolBody = z.object({
  type: z.literal("function", { error: "must be function" }),
  function: z.object({
    name: Name,
    description: z.string().nullish(),
    parameters: Schema.nullish(),
    strict: z.boolean().nullish(),
  }),
});

const ToolChoice = z.union([
  z.enum(["none", "auto", "required"], { error: "must be none, auto, required, or a function" }),
  z.object(
    { type: z.literal("function"), function: z.object({ name: Name }) },
    { error: "must be none, auto, required, or a function" },
  ),
]);

const ResponseFormat = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    json_schema: z.object({
      name: z.string().nullish(),
      schema: z.union([Schema, z.boolean()]).nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const never = (said: string): z.ZodType =>
  z.unknown().refine((value) => value === undefined || value === null, { error: said });

export const ChatBody = z.object(
  {
    ...sharedShape,
    messages: z.array(MessageBody).min(1, { error: "must have at least one message" }),
    max_completion_tokens: z.int().positive({ error: "must be greater than 0" }).nullish(),
    logprobs: z.boolean().nullish(),
    top_logprobs: z.int().min(0).max(20, { error: "must be from 0 to 20" }).nullish(),
    tools: z.array(ToolBody).max(128).nullish(),
    tool_choice: ToolChoice.nullish(),
    response_format: ResponseFormat.nullish(),
    functions: never("is not supported; use tools").optional(),
    function_call: never("is not supported; use tool_choice").optional(),
    audio: never("is not supported; this server generates text only").optional(),
  },
  { error: "the body must be a JSON object" },
);

export type ChatBody = z.infer<typeof ChatBody>;

function callOf({ id, function: { name, arguments: text } }: z.infer<typeof CallBody>): ToolCall {
  return { id, name, arguments: text };
}

function messageOf(body: MessageBody, at: number): Message {
  const { role, content, name, reasoning_content: reasoning, tool_call_id: toolCallId } = body;
  const calls = body.tool_calls ?? [];
  if ((content === null || content === undefined) && (role !== "assistant" || calls.length === 0))
    throw badRequest(`messages[${at}].content is missing`, `messages[${at}].content`);
  return {
    role: role === "developer" ? "system" : role,
    ...(content !== null && content !== undefined && { content }),
    ...(typeof name === "string" && { name }),
    ...(typeof reasoning === "string" && { reasoning }),
    ...(calls.length > 0 && { toolCalls: calls.map(callOf) }),
    ...(typeof toolCallId === "string" && { toolCallId }),
  };
}

function formOf({ response_format: format }: ChatBody): AnswerForm | undefined {
  if (format?.type === "json_object") return { kind: "json" };
  if (format?.type !== "json_schema") return undefined;
  const { schema } = format.json_schema;
  return schema === null || schema === undefined ? { kind: "json" } : { kind: "schema", schema };
}

/** Throws ApiError 400 for a function that is not among the tools. */
function callsOf({ tools, tool_choice: choice }: ChatBody): CallChoice {
  if (choice === null || choice === undefined || choice === "none" || choice === "auto")
    return choice ?? "auto";
  const names = (tools ?? []).map((tool) => tool.function.name);
  if (names.length === 0) throw badRequest("tool_choice requires tools", "tool_choice");
  if (choice === "required") return choice;
  const { name } = choice.function;
  if (names.includes(name)) return { name };
  throw badRequest(`tool_choice names ${name}, which is not one of the tools`, "tool_choice");
}

function alternativesOf({ logprobs, top_logprobs: top }: ChatBody): number | undefined {
  if (logprobs === true) return top ?? 0;
  if (top === null || top === undefined) return undefined;
  throw badRequest("top_logprobs requires logprobs: true", "top_logprobs");
}

/** Throws ApiError 400. */
export function chatRequest(body: ChatBody, adapter: string | undefined): AnswerRequest {
  const messages = body.messages.map(messageOf);
  const calls = callsOf(body);
  const form = formOf(body);
  if (form !== undefined && typeof calls === "object")
    throw badRequest("response_format cannot be combined with a forced tool", "response_format");
  const tools = calls === "none" ? [] : (body.tools ?? []);
  return {
    prompts: [{ messages, ...(tools.length > 0 && { tools: tools as JsonObject[] }) }],
    choices: body.n ?? 1,
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    stop: stopsOf(body),
    sampling: samplingOf(body),
    seed: seedOf(body),
    adapter,
    alternatives: alternativesOf(body),
    form,
    calls,
    isTakenApart: true,
  };
}
