// For every answer format a chat template that has its model write so, in few words: what stands around thoughts, calls
// and arguments. The vendors' own templates are compared with in tests/parity/text.
import { ChatTemplate } from "../../src/text/jinja/chat-template.ts";
import type { JsonObject, Message } from "../../src/text/types.ts";

export interface AnswerTemplate {
  /** Around a thought. */
  thought?: readonly [open: string, close: string];
  /** Around the content. */
  content?: readonly [open: string, close: string];
  /** Around all calls. */
  calls?: readonly [open: string, close: string];
  /** One call, in Jinja: `name`, `args`, `call.id` and `loop` are there. */
  call: string;
  between?: string;
  /** What the source has besides, by which the format is known. */
  says?: string;
  /** Calls in one turn; some formats have one. */
  most?: number;
  /** The format gives the ids of calls. */
  hasIds?: boolean;
}

const json = '{"name": "{{ name }}", "arguments": {{ args | tojson }}}';
const think = ["<think>\n", "\n</think>\n\n"] as const;

const python =
  "{{ name }}({% for key, value in args.items() %}{{ key }}={{ value | tojson }}{{ ', ' if not loop.last }}{% endfor %})";

function elements(open: string, between: string, end: string, value = "value"): string {
  return `{% for key, value in args.items() %}${open}{{ key }}${between}{{ ${value} if value is string else value | tojson }}${end}{% endfor %}`;
}

const functionElements = `<function={{ name }}>\n${elements("<parameter=", ">\n", "\n</parameter>\n")}</function>`;

/** Values as Gemma 4 writes them, by a macro that calls itself. */
function braces(quote: string): string {
  return (
    "{%- macro braced(value) -%}{%- if value is string -%}" +
    `{{ '${quote}' + value + '${quote}' }}` +
    "{%- elif value is mapping -%}{{ '{' }}{%- for key, item in value.items() -%}{{ key }}:{{ braced(item) }}{{ ',' if not loop.last }}{%- endfor -%}{{ '}' }}" +
    "{%- elif value is iterable -%}[{%- for item in value -%}{{ braced(item) }}{{ ',' if not loop.last }}{%- endfor -%}]" +
    "{%- else -%}{{ value | tojson }}{%- endif -%}{%- endmacro -%}"
  );
}

export const answerTemplates: Readonly<Record<string, AnswerTemplate>> = {
  hermes: { thought: think, call: `\n<tool_call>\n${json}\n</tool_call>` },
  "qwen-coder": { thought: think, call: `\n\n<tool_call>\n${functionElements}\n</tool_call>` },
  seed: {
    thought: ["<seed:think>", "</seed:think>\n"],
    call: `<seed:tool_call>\n<function={{ name }}>\n${elements("<parameter=", ">", "</parameter>\n")}</function>\n</seed:tool_call>`,
    between: "\n",
  },
  functionary: { call: "<function={{ name }}>{{ args | tojson }}</function>" },
  minicpm: {
    thought: think,
    call: `<function name="{{ name }}">${elements('<param name="', '">', "</param>", "'<![CDATA[' + value + ']]>'")}</function>`,
  },
  glm: {
    thought: ["\n<think>", "</think>\n"],
    call: `\n<tool_call>{{ name }}\n${elements("<arg_key>", "</arg_key>\n<arg_value>", "</arg_value>\n")}</tool_call>`,
  },
  minimax: {
    thought: think,
    calls: ["\n<minimax:tool_call>\n", "</minimax:tool_call>"],
    call: `<invoke name="{{ name }}">\n${elements('<parameter name="', '">', "</parameter>\n")}</invoke>\n`,
  },
  "deepseek-elements": {
    thought: ["<think>", "</think>"],
    calls: ["\n\n<｜DSML｜function_calls>\n", "</｜DSML｜function_calls>"],
    call: `<｜DSML｜invoke name="{{ name }}">\n{% for key, value in args.items() %}<｜DSML｜parameter name="{{ key }}" string="{{ 'true' if value is string else 'false' }}">{{ value if value is string else value | tojson }}</｜DSML｜parameter>\n{% endfor %}</｜DSML｜invoke>\n`,
  },
  deepseek: {
    calls: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
    call: "<｜tool▁call▁begin｜>function<｜tool▁sep｜>{{ name }}\n```json\n{{ args | tojson }}\n```<｜tool▁call▁end｜>",
    between: "\n",
  },
  "deepseek-bare": {
    thought: ["<think>", "</think>"],
    calls: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
    call: "<｜tool▁call▁begin｜>{{ name }}<｜tool▁sep｜>{{ args | tojson }}<｜tool▁call▁end｜>",
  },
  "mistral-named": {
    thought: ["[THINK]", "[/THINK]"],
    call: "[TOOL_CALLS]{{ name }}[CALL_ID]{{ call.id }}[ARGS]{{ args | tojson }}",
    hasIds: true,
  },
  mistral: {
    calls: ["[TOOL_CALLS] [", "]"],
    call: '{"name": "{{ name }}", "arguments": {{ args | tojson }}, "id": "{{ call.id }}"}',
    between: ", ",
    hasIds: true,
  },
  cohere: {
    thought: ["<|START_THINKING|>", "<|END_THINKING|>"],
    content: ["<|START_RESPONSE|>", "<|END_RESPONSE|>"],
    calls: ["<|START_ACTION|>[\n", "\n]<|END_ACTION|>"],
    call: '    {"tool_call_id": "{{ call.id }}", "tool_name": "{{ name }}", "parameters": {{ args | tojson }}}',
    between: ",\n",
    hasIds: true,
  },
  "command-r": {
    calls: ["\nAction:\n```json\n[", "]```"],
    call: '\n    {\n        "tool_name": "{{ name }}",\n        "parameters": {{ args | tojson(indent=4) }}\n    }',
    between: ",",
  },
  kimi: {
    thought: ["<think>", "</think>"],
    calls: ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"],
    call: "<|tool_call_begin|>functions.{{ name }}:{{ loop.index0 }}<|tool_call_argument_begin|>{{ args | tojson }}<|tool_call_end|>",
  },
  "kimi-elements": {
    thought: ["<|open|>think<|sep|>", "<|close|>think<|sep|>"],
    content: ["<|open|>response<|sep|>", "<|close|>response<|sep|>"],
    calls: ["<|open|>tools<|sep|>", "<|close|>tools<|sep|>"],
    call: `<|open|>call tool="{{ name }}" index="{{ loop.index }}"<|sep|>{% for key, value in args.items() %}<|open|>argument key="{{ key }}" type="{{ 'string' if value is string else 'other' }}"<|sep|>{{ value if value is string else value | tojson }}<|close|>argument<|sep|>{% endfor %}<|close|>call<|sep|>`,
  },
  muse: {
    thought: [" to=self<|message|>", "<|eom|>"],
    content: ["<|start|>assistant to=user<|message|>", "<|eom|>"],
    call: `<|start|>assistant to={{ name }}<|message|><atem:function_calls>\n<atem:invoke name="{{ name }}">\n${elements('<atem:parameter name="', '">', "</atem:parameter>\n")}</atem:invoke>\n</atem:function_calls><|eom|>`,
  },
  harmony: {
    thought: ["<|channel|>analysis<|message|>", "<|end|><|start|>assistant"],
    content: ["<|channel|>final<|message|>", "<|end|>"],
    call: "<|start|>assistant to=functions.{{ name }}<|channel|>commentary json<|message|>{{ args | tojson }}<|call|>",
  },
  gemma: {
    thought: ["<|channel>thought\n", "\n<channel|>"],
    call: "<|tool_call>call:{{ name }}{{ braced(args) }}<tool_call|>",
    says: braces('<|"|>'),
  },
  "function-gemma": {
    call: "<start_function_call>call:{{ name }}{{ braced(args) }}<end_function_call>",
    says: braces("<escape>"),
  },
  solar: {
    thought: ["<|think|>", "<|end|><|begin|>assistant"],
    content: ["<|content|>", "<|end|><|begin|>assistant"],
    calls: ["<|tool_calls|>", "<|calls|>"],
    call: "<|tool_call:begin|>{{ call.id }}<|tool_call:name|>{{ name }}<|tool_call:args|>{{ args | tojson }}<|tool_call:end|>",
    hasIds: true,
  },
  lfm: {
    thought: ["<think>", "</think>"],
    calls: ["<|tool_call_start|>[", "]<|tool_call_end|>"],
    call: python,
    between: ", ",
  },
  "python-lines": {
    calls: ["<function_calls>\n", "\n</function_calls>"],
    call: python,
    between: "\n",
  },
  smollm: {
    thought: think,
    calls: ["<code>\n", "\n</code>"],
    call: python,
    between: "\n",
    says: "{# python_tools #}",
  },
  apertus: {
    thought: ["<|inner_prefix|>", "<|inner_suffix|>"],
    calls: ["<|tools_prefix|>[", "]<|tools_suffix|>"],
    call: '{"{{ name }}": {{ args | tojson }}}',
    between: ", ",
  },
  nemotron: {
    thought: think,
    calls: ["<TOOLCALL>[", "]</TOOLCALL>"],
    call: json,
    between: ", ",
  },
  gigachat: { call: `<|function_call|>${json}` },
  internlm: {
    call: '<|action_start|><|plugin|>\n{"name": "{{ name }}", "parameters": {{ args | tojson }}}<|action_end|>',
  },
  apriel: {
    thought: ["Here are my reasoning steps:\n", "\n[BEGIN FINAL RESPONSE]\n"],
    calls: ["\n<tool_calls>[", "]</tool_calls>"],
    call: json,
    between: ", ",
  },
  "tool-calls": {
    thought: think,
    calls: ["<tool_calls>\n", "</tool_calls>"],
    call: `${json}\n`,
  },
  phi: { calls: ["functools[", "]"], call: json, between: ", " },
  granite: { thought: think, calls: ["<|tool_call|>[", "]"], call: json, between: ", " },
  pythonic: {
    calls: ["[", "]"],
    call: python,
    between: ", ",
    says: "{# [func_name1(name=value), …] #}",
  },
  llama: {
    call: '{"name": "{{ name }}", "parameters": {{ args | tojson }}}',
    between: "; ",
  },
};

/** The source of a template that writes so. An answer begins behind "A:" and ends before "/A". */
export function sourceOf(template: AnswerTemplate): string {
  const { thought, content, calls, call, between = "", says = "" } = template;
  const text = (literal: string): string => `{{ ${JSON.stringify(literal)} }}`;
  const around = (marks: typeof thought, inner: string): string =>
    marks === undefined ? inner : text(marks[0]) + inner + text(marks[1]);
  const callText = `{% set name = call.function.name %}{% set args = call.function.arguments %}${call}{{ ${JSON.stringify(between)} if not loop.last }}`;
  const thoughtText =
    thought &&
    `{% if m.reasoning_content %}${around(thought, "{{ m.reasoning_content }}")}{% endif %}`;
  return (
    `${says}{{ tools | tojson if tools }}{% for m in messages %}{% if m.role == 'assistant' %}A:` +
    (thoughtText ?? "") +
    `{% if m.content %}${around(content, "{{ m.content }}")}{% endif %}` +
    `{% if m.tool_calls %}${around(calls, `{% for call in m.tool_calls %}${callText}{% endfor %}`)}{% endif %}` +
    "/A{% else %}{{ m.content }}{% endif %}{% endfor %}"
  );
}

const chats = new Map<AnswerTemplate, ChatTemplate>();

/** What a model would have written to say this. */
export function written(
  template: AnswerTemplate,
  message: Partial<Message>,
  tools: readonly JsonObject[],
): string {
  const chat = chats.get(template) ?? new ChatTemplate(sourceOf(template), {});
  chats.set(template, chat);
  const messages: Message[] = [
    { role: "user", content: "?" },
    { role: "assistant", content: "", ...message },
  ];
  const text = chat.text({ messages, tools });
  return text.slice(text.indexOf("A:") + 2, text.lastIndexOf("/A"));
}
