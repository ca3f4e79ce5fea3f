// A chat shape as the Jinja template that transformers and all who read its folders have: for templates of ours, which
// no model's files hold.
import {
  type After,
  type Before,
  between,
  type ChatShape,
  type Role,
  type Trim,
  type Trimming,
} from "./chat-shape.ts";

const string = (text: string): string => JSON.stringify(text);

function gapsBefore({ gaps }: ChatShape, after: After): [Before, string][] {
  const befores: Before[] = ["start", "empty", "system", "user", "assistant"];
  return befores.flatMap((before): [Before, string][] => {
    const text = gaps.get(between(before, after));
    return text === undefined ? [] : [[before, text]];
  });
}

/** An expression: the text that belongs to who spoke before. */
function choice(found: readonly [Before, string][]): string {
  const entries = found.map(([before, text]) => `"${before}": ${string(text)}`);
  return `{{- {${entries.join(", ")}}[state.before] -}}`;
}

const taken: Readonly<Record<Trim, string>> = {
  nothing: "",
  newlines: String.raw`"\n"`,
  spaces: "",
};

function trimmed({ start, end }: Trimming): string {
  const left = start === "nothing" ? "" : `.lstrip(${taken[start]})`;
  const right = end === "nothing" ? "" : `.rstrip(${taken[end]})`;
  return `message.content${left}${right}`;
}

function message(shape: ChatShape, role: Role): string {
  const content = `{{- ${trimmed(shape.trims[role])} -}}`;
  return `${choice(gapsBefore(shape, role))}${content}{%- set state.before = "${role}" -%}`;
}

/** `ending` follows the last answer; `lead` is a name of a special token before everything. */
export function jinjaTemplate(
  shape: ChatShape,
  { ending, lead }: { ending: string; lead: string | undefined },
): string {
  const isEmpty = 'message.role == "system" and message.content == "" and state.before == "start"';
  return [
    '{%- set state = namespace(before="start") -%}',
    ...(lead === undefined ? [] : [`{{- ${lead} -}}`]),
    "{%- for message in messages -%}",
    `{%- if ${isEmpty} -%}{%- set state.before = "empty" -%}`,
    `{%- elif message.role == "system" -%}${message(shape, "system")}`,
    `{%- elif message.role == "assistant" -%}${message(shape, "assistant")}`,
    `{%- else -%}${message(shape, "user")}`,
    "{%- endif -%}{%- endfor -%}",
    `{%- if state.before == "assistant" -%}{{- ${string(ending)} -}}`,
    `{%- elif add_generation_prompt -%}${choice(gapsBefore(shape, "answer"))}{%- endif -%}`,
    "",
  ].join("\n");
}
