// For every fault a file that has it once, and where it must be found. A fault without a line here does not compile.
import type { FaultCode } from "../../../../src/synth/profiles/index.ts";

export interface FaultCase {
  profile: string;
  /** Lines of the file: values are written as JSON, texts as they are. */
  lines: readonly unknown[];
  validation?: readonly unknown[];
  /** null: of the file as a whole. */
  line: number | null;
  field: string;
  /** Found in the file for validation. */
  inValidation?: true;
  model?: string;
  on?: string;
  /** Bytes before the first line. */
  mark?: string;
}

export const user = (content: unknown = "q") => ({ role: "user", content });
export const assistant = (content: unknown = "a", more: object = {}) => ({
  role: "assistant",
  content,
  ...more,
});
export const chat = (...messages: unknown[]) => ({ messages });
const good = chat(user(), assistant());
const system = { role: "system", content: "s" };
const of = (profile: string, row: unknown, field: string): FaultCase => ({
  profile,
  lines: [row],
  line: 1,
  field,
});

const tool = (name = "look", parameters: unknown = { type: "object", properties: {} }) => ({
  type: "function",
  function: { name, description: "d", parameters },
});
const call = (id: string | undefined, name = "look", given: unknown = "{}") => ({
  ...(id !== undefined && { id }),
  type: "function",
  function: { name, arguments: given },
});
const calling = (...calls: unknown[]) => ({ role: "assistant", tool_calls: calls });
const answer = (id?: string) => ({
  role: "tool",
  content: "r",
  ...(id !== undefined && { tool_call_id: id }),
});
const withTool = (...messages: unknown[]) => ({ messages: [user(), ...messages], tools: [tool()] });
const preference = (chosen: unknown[], rejected: unknown[]) => ({
  input: { messages: [user()] },
  preferred_output: chosen,
  non_preferred_output: rejected,
});
const image = (url: string) => ({ type: "image_url", image_url: { url } });
const png = "data:image/png;base64,";
const asked = (...parts: unknown[]) =>
  chat(user([{ type: "text", text: "q" }, ...parts]), assistant());

/** Limits under which small files are too large: of openai-sft and gemini-vertex. */
export const smallLimits = `profiles:
  openai-sft:
    limits: { minRecords: 1, maxRecords: 3, maxFileBytes: 2000, exampleTokens: 20, totalTokens: 40, maxImages: 1, maxImageBytes: 30 }
  mistral:
    limits: { minRecords: 1, exampleTokens: 20, validationShare: 0.5 }
    sharesBytes: false
`;

const long = "word ".repeat(40).trim();

export const faultCases: Readonly<Record<FaultCode, FaultCase>> = {
  invalid_json: { profile: "openai-sft", lines: [good, "{'messages': []}"], line: 2, field: "" },
  not_an_object: { profile: "openai-sft", lines: [good, "[1]"], line: 2, field: "" },
  blank_line: {
    profile: "mlx-lm",
    lines: [good, "", chat(user("r"), assistant())],
    line: 2,
    field: "",
  },
  byte_order_mark: { profile: "mistral", lines: [good], line: 1, field: "", mark: "\uFEFF" },
  byte_order_mark_missing: { profile: "azure-openai-sft", lines: [good], line: 1, field: "" },
  not_utf8: {
    profile: "mistral",
    lines: [good, Buffer.from([0x7b, 0xff, 0x7d])],
    line: 2,
    field: "",
  },
  key_twice: {
    profile: "mlx-lm",
    lines: [
      '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "ro\\u006ce": "assistant", "content": "a"}]}',
    ],
    line: 1,
    field: "messages[1].role",
  },
  lone_surrogate: of(
    "mistral",
    '{"messages":[{"role":"user","content":"\\ud83d"},{"role":"assistant","content":"a"}]}',
    "messages[0].content",
  ),
  unknown_format: of("openai-sft", { prompt: "q", completion: "a" }, ""),
  mixed_format: {
    profile: "trl",
    lines: [good, { prompt: "q", completion: "a" }],
    line: 2,
    field: "",
  },
  field_missing: of("openai-sft", chat(user(), { role: "assistant" }), "messages[1].content"),
  field_type: of("openai-sft", chat(user(7), assistant()), "messages[0].content"),
  extra_key: of("anthropic-bedrock", { ...good, id: "1" }, "id"),
  both_spellings: of("mistral", chat({ ...user(), text: "q" }, assistant()), "messages[0].text"),
  messages_empty: of("openai-sft", chat(), "messages"),
  bad_role: of(
    "openai-sft",
    chat({ role: "human", content: "q" }, assistant()),
    "messages[0].role",
  ),
  system_in_messages: of(
    "anthropic-bedrock",
    chat(system, user(), assistant()),
    "messages[0].role",
  ),
  system_not_first: of(
    "fireworks-sft",
    chat(user(), assistant(), system, user(), assistant()),
    "messages[2].role",
  ),
  system_repeated: of(
    "fireworks-sft",
    chat(system, system, user(), assistant()),
    "messages[1].role",
  ),
  single_message: of("mistral", chat(assistant()), "messages"),
  not_starting_with_user: of(
    "anthropic-bedrock",
    chat(assistant(), user(), assistant()),
    "messages[0].role",
  ),
  not_ending_with_assistant: of(
    "openai-sft",
    chat(user(), assistant(), user()),
    "messages[2].role",
  ),
  not_ending_with_user: of("openai-rft", chat(user(), assistant()), "messages[1].role"),
  same_role_twice: of(
    "together-conversation",
    chat(user(), user("r"), assistant()),
    "messages[1].role",
  ),
  role_order: of("mistral", chat(user(), assistant(), system, assistant()), "messages[2].role"),
  empty_content: of(
    "openai-sft",
    chat(user(), assistant(" "), user(), assistant()),
    "messages[1].content",
  ),
  empty_question: of("openai-sft", chat(user(""), assistant()), "messages[0].content"),
  nothing_to_learn: of("openai-sft", chat(user(), assistant("a", { weight: 0 })), "messages"),
  bad_weight: of("openai-sft", chat(user(), assistant("a", { weight: 2 })), "messages[1].weight"),
  weight_misplaced: of(
    "openai-sft",
    chat({ ...user(), weight: 1 }, assistant()),
    "messages[0].weight",
  ),
  content_and_calls: of(
    "mistral",
    withTool({ ...calling(call("abcdefgh1")), content: "x" }, answer("abcdefgh1"), assistant()),
    "messages[1].content",
  ),
  call_unanswered: of(
    "openai-sft",
    withTool(calling(call("a")), user(), assistant()),
    "messages[1].tool_calls[0]",
  ),
  call_id_missing: of(
    "openai-sft",
    withTool(calling(call(undefined))),
    "messages[1].tool_calls[0].id",
  ),
  call_id_duplicate: of(
    "openai-sft",
    withTool(calling(call("a"), call("a")), answer("a"), assistant()),
    "messages[1].tool_calls[1].id",
  ),
  call_id_unknown: of(
    "openai-sft",
    withTool(calling(call("a")), answer("a"), answer("b"), assistant()),
    "messages[3].tool_call_id",
  ),
  call_id_form: of(
    "mistral",
    withTool(calling(call("call_abc")), answer("call_abc"), assistant()),
    "messages[1].tool_calls[0].id",
  ),
  arguments_not_json: of(
    "openai-sft",
    withTool(calling(call("a", "look", "{city}"))),
    "messages[1].tool_calls[0].function.arguments",
  ),
  arguments_not_text: of(
    "openai-sft",
    withTool(calling(call("a", "look", {}))),
    "messages[1].tool_calls[0].function.arguments",
  ),
  tool_undeclared: of(
    "openai-sft",
    withTool(calling(call("a", "other"))),
    "messages[1].tool_calls[0].function.name",
  ),
  bad_tool_schema: of(
    "mistral",
    { ...good, tools: [tool("look", { type: "object", properties: { a: { type: "nothing" } } })] },
    "tools[0].function.parameters",
  ),
  bad_tool_name: of("mistral", { ...good, tools: [tool("look here")] }, "tools[0].function.name"),
  answer_role: of(
    "openai-dpo",
    preference([user("x")], [assistant("b")]),
    "preferred_output[0].role",
  ),
  answer_count: of(
    "together-preference",
    preference(
      [assistant("a"), user("x"), assistant("c")].filter((one) => one.role === "assistant"),
      [assistant("b")],
    ),
    "preferred_output",
  ),
  chosen_is_rejected: of(
    "openai-dpo",
    preference([assistant()], [assistant()]),
    "non_preferred_output",
  ),
  image_inline: of(
    "together-conversation",
    chat(user([image("https://example.com/a.png")]), assistant([{ type: "text", text: "a" }])),
    "messages[0].content[0]",
  ),
  mixed_contents: of("together-conversation", asked(), "messages[1].content"),
  image_refused: of("fireworks-sft", asked(image(`${png}AAAA`)), "messages[0].content[1]"),
  image_in_answer: of(
    "openai-sft",
    chat(user(), assistant([image(`${png}AAAA`)])),
    "messages[1].content[0]",
  ),
  image_count: of(
    "openai-sft",
    asked(image(`${png}AAAA`), image(`${png}AAAA`)),
    "messages[0].content[1]",
  ),
  image_too_large: of(
    "openai-sft",
    asked(image(`${png}${"A".repeat(60)}`)),
    "messages[0].content[1]",
  ),
  image_type: of(
    "openai-sft",
    asked(image("data:image/gif;base64,AAAA")),
    "messages[0].content[1]",
  ),
  tokens_over_limit: of("mistral", chat(user(long), assistant(`${long}${long}`)), ""),
  answer_truncated: of("openai-sft", chat(user(long), assistant()), "messages[1]"),
  total_tokens_over_limit: {
    profile: "openai-sft",
    lines: ["a", "b", "c"].map((name) =>
      chat(user(`${name} ${"w ".repeat(12)}`), assistant("x y")),
    ),
    line: null,
    field: "",
  },
  too_few_records: { profile: "anthropic-bedrock", lines: [good], line: null, field: "" },
  too_many_records: {
    profile: "openai-sft",
    lines: [1, 2, 3, 4].map((n) => chat(user(`${n}`), assistant())),
    line: null,
    field: "",
  },
  file_too_large: {
    profile: "openai-sft",
    lines: [chat(user("x".repeat(2100)), assistant())],
    line: null,
    field: "",
  },
  validation_too_large: {
    profile: "mistral",
    lines: [good, chat(user("r"), assistant())],
    validation: [chat(user("1"), assistant()), chat(user("2"), assistant())],
    inValidation: true,
    line: null,
    field: "",
  },
  duplicate_record: { profile: "mistral", lines: [good, good], line: 2, field: "" },
  leak_same_id: {
    profile: "mlx-lm",
    lines: [{ id: "x", ...good }],
    validation: [{ id: "x", ...chat(user("other"), assistant("thing")) }],
    inValidation: true,
    line: 1,
    field: "id",
  },
  leak_exact: {
    profile: "mlx-lm",
    lines: [good],
    validation: [good],
    inValidation: true,
    line: 1,
    field: "",
  },
  leak_near: {
    profile: "mlx-lm",
    lines: [chat(user("What is it?"), assistant("Water."))],
    validation: [chat(user("what is  it"), assistant("water"))],
    inValidation: true,
    line: 1,
    field: "",
  },
  leak_same_question: {
    profile: "mlx-lm",
    lines: [good],
    validation: [chat(user(), assistant("something else"))],
    inValidation: true,
    line: 1,
    field: "",
  },
  leak_same_source: {
    profile: "mlx-lm",
    lines: [{ source: "a.md", ...good }],
    validation: [{ source: "a.md", ...chat(user("other"), assistant("thing")) }],
    inValidation: true,
    line: 1,
    field: "source",
  },
  secret_found: of(
    "mistral",
    chat(user(`my key is hf_${"a1B2".repeat(9)}`), assistant()),
    "messages[0].content",
  ),
  model_unknown: { profile: "openai-sft", lines: [good], model: "llama-9", line: null, field: "" },
  model_retired: {
    profile: "openai-sft",
    lines: [good],
    model: "gpt-4.1-nano-2025-04-14",
    on: "2026-11-26",
    line: null,
    field: "",
  },
  model_retiring: {
    profile: "openai-sft",
    lines: [good],
    model: "gpt-4o-2024-08-06",
    on: "2026-11-26",
    line: null,
    field: "",
  },
  service_closed: { profile: "openai-sft", lines: [good], on: "2027-01-06", line: null, field: "" },
  service_closing: {
    profile: "openai-sft",
    lines: [good],
    on: "2027-01-05",
    line: null,
    field: "",
  },
};
