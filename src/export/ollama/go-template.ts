// The TEMPLATE of a Modelfile, in Go's text/template: a chat shape said over `.Messages`, in which Ollama has joined
// neighbours of one role. Every text stands in an action as a string, so that lines break where it reads best.
import {
  type After,
  type Before,
  between,
  type ChatShape,
  type Role,
  type Trim,
} from "../chat/chat-shape.ts";
import type { ToolShape } from "../chat/tool-shape.ts";

/** What Go's strconv.IsPrint keeps, which is what a Modelfile's reader keeps. */
const unprinted = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

function escape(one: string): string {
  const code = one.codePointAt(0) ?? 0;
  const digits = code > 0xffff ? 8 : 4;
  return `\\${digits === 8 ? "U" : "u"}${code.toString(16).padStart(digits, "0")}`;
}

/** A string of Go. */
export const goString = (text: string): string =>
  JSON.stringify(text).replaceAll(unprinted, escape);

const write = (text: string): string => (text === "" ? "" : `{{ ${goString(text)} }}`);

type Choice = readonly (readonly [before: Before | "tool" | "calls", text: string])[];

function textsBefore({ gaps }: ChatShape, after: After): Choice {
  const befores: Before[] = ["start", "empty", "system", "user", "assistant"];
  return befores.flatMap((before) => {
    const text = gaps.get(between(before, after));
    return text === undefined ? [] : [[before, text] as const];
  });
}

function mostFrequent(choice: Choice): string {
  const count = (text: string): number => choice.filter(([, other]) => other === text).length;
  return choice.map(([, text]) => text).toSorted((a, b) => count(b) - count(a))[0] ?? "";
}

/** Writes the text that belongs to who spoke before; the most frequent one for all who are not named. */
function written(choice: Choice): string {
  const usual = mostFrequent(choice);
  const others = [...new Set(choice.map(([, text]) => text))].filter((text) => text !== usual);
  if (others.length === 0) return write(usual);
  const branches = others.map((text) => {
    const names = choice.filter(([, other]) => other === text).map(([before]) => `"${before}"`);
    return `if eq $before ${names.join(" ")} }}${write(text)}`;
  });
  return `{{ ${branches.join("{{ else ")}{{ else }}${write(usual)}{{ end }}`;
}

/** White space of Python's, by how many bytes it has. */
const spaces = {
  one: String.raw`" " "\t" "\n" "\r" "\v" "\f" "\x1c" "\x1d" "\x1e" "\x1f"`,
  two: String.raw`"\u0085" "\u00a0"`,
  three: String.raw`"\u1680" "\u2000" "\u2001" "\u2002" "\u2003" "\u2004" "\u2005" "\u2006" "\u2007" "\u2008" "\u2009" "\u200a" "\u2028" "\u2029" "\u202f" "\u205f" "\u3000"`,
};

/** Templates of Go count no lower than they can slice: what is left of a text without n bytes has its length less n. */
const trimmers: Readonly<
  Record<"start" | "end", Readonly<Record<Exclude<Trim, "nothing">, string>>>
> = {
  start: {
    newlines: String.raw`{{- range len $text }}{{ if eq $text "" }}{{ break }}{{ end }}{{ if eq (slice $text 0 1) "\n" }}{{ $text = slice $text 1 }}{{ else }}{{ break }}{{ end }}{{ end }}`,
    spaces: `{{- range len $text }}{{ if eq $text "" }}{{ break }}{{ end }}
{{- if eq (slice $text 0 1) ${spaces.one} }}{{ $text = slice $text 1 }}
{{- else if and (ge (len $text) 2) (eq (slice $text 0 2) ${spaces.two}) }}{{ $text = slice $text 2 }}
{{- else if and (ge (len $text) 3) (eq (slice $text 0 3) ${spaces.three}) }}{{ $text = slice $text 3 }}
{{- else }}{{ break }}{{ end }}{{ end }}`,
  },
  end: {
    newlines: String.raw`{{- range len $text }}{{ if eq $text "" }}{{ break }}{{ end }}{{ $less := len (slice $text 1) }}{{ if eq (slice $text $less) "\n" }}{{ $text = slice $text 0 $less }}{{ else }}{{ break }}{{ end }}{{ end }}`,
    spaces: `{{- range len $text }}{{ if eq $text "" }}{{ break }}{{ end }}
{{- if eq (slice $text (len (slice $text 1))) ${spaces.one} }}{{ $text = slice $text 0 (len (slice $text 1)) }}
{{- else if and (ge (len $text) 2) (eq (slice $text (len (slice $text 2))) ${spaces.two}) }}{{ $text = slice $text 0 (len (slice $text 2)) }}
{{- else if and (ge (len $text) 3) (eq (slice $text (len (slice $text 3))) ${spaces.three}) }}{{ $text = slice $text 0 (len (slice $text 3)) }}
{{- else }}{{ break }}{{ end }}{{ end }}`,
  },
};

/** The tools, in the place of what stands there without any. */
function toldTools({ told, isWhole }: ToolShape, after: After): string | undefined {
  const own = [...told].filter(([key]) => key.endsWith(` ${after}`));
  if (own.length === 0) return undefined;
  const tool = isWhole ? "json $tool" : "json $tool.Function";
  const branches = own.map(([key, { before, between: middle, after: end }]) => {
    const each = `{{ range $at, $tool := $.Tools }}{{ if $at }}${write(middle)}{{ end }}{{ ${tool} }}{{ end }}`;
    return `if eq $before "${key.split(" ")[0]}" }}${write(before)}${each}${write(end)}`;
  });
  return `{{ ${branches.join("{{ else ")}{{ end }}{{ $told = true }}`;
}

/** What stands before a content; tools are told once, at the beginning. */
function gapBefore(choice: Choice, after: After, tools: ToolShape | undefined): string {
  const told = tools && toldTools(tools, after);
  if (told === undefined) return written(choice);
  const befores = [...(tools?.told.keys() ?? [])].filter((key) => key.endsWith(` ${after}`));
  const names = befores.map((key) => `"${key.split(" ")[0]}"`).join(" ");
  return `{{ if and $.Tools (not $told) (eq $before ${names}) }}${told}{{ else }}${written(choice)}{{ end }}`;
}

/** Calls of an answer, behind its content where it has one. */
function callsOf({ call }: ToolShape, said: string): string {
  const first = written([...call.first].map(([before, text]) => [before, text] as const));
  const each = [
    `{{ range $at, $call := .ToolCalls }}{{ if $at }}${write(call.next)}{{ end }}`,
    `{{ $call.Function.Name }}${write(call.arguments)}{{ json $call.Function.Arguments }}{{ end }}`,
  ].join("");
  return `{{ if .Content }}${said}${write(call.afterContent)}{{ else }}${first}{{ end }}${each}{{ $before = "calls" }}`;
}

function toolAnswer({ answers }: ToolShape): string {
  const gap = written([
    ["calls", answers.afterCalls],
    ["tool", answers.afterAnswer],
  ]);
  return `${gap}{{ .Content }}{{ $before = "tool" }}`;
}

const roles: readonly Role[] = ["system", "user", "assistant"];

const trimName = ({ trims }: ChatShape, role: Role): string =>
  `trimmed ${trims[role].start} ${trims[role].end}`;

const isTrimmed = ({ trims }: ChatShape, role: Role): boolean =>
  trims[role].start !== "nothing" || trims[role].end !== "nothing";

/** What takes white space off contents, once for each way of doing so. */
function definitions(shape: ChatShape): string[] {
  const made = roles
    .filter((role) => isTrimmed(shape, role))
    .map((role) => {
      const { start, end } = shape.trims[role];
      const steps = [
        ...(start === "nothing" ? [] : [trimmers.start[start]]),
        ...(end === "nothing" ? [] : [trimmers.end[end]]),
      ];
      const name = `{{- define "${trimName(shape, role)}" }}{{ $text := . }}`;
      return [name, ...steps, "{{- $text }}{{ end }}"].join("\n");
    });
  return [...new Set(made)];
}

function message(shape: ChatShape, role: Role, gap: string): string {
  const content = isTrimmed(shape, role)
    ? `{{ template "${trimName(shape, role)}" .Content }}`
    : "{{ .Content }}";
  return `${gap}${content}{{ $before = "${role}" }}`;
}

/** Where the template takes no system message, one stands before the question. */
function withSystem(shape: ChatShape): ChatShape {
  if (shape.gaps.has(between("start", "system"))) return shape;
  const start = shape.gaps.get(between("start", "user")) ?? "";
  const own: [string, string][] = [
    [between("start", "system"), start],
    [between("system", "user"), "\n\n"],
  ];
  const trims = { ...shape.trims, system: shape.trims.user };
  return { gaps: new Map([...shape.gaps, ...own]), trims };
}

/** Whether an empty system message is said as others are. */
function isEmptyUsual({ gaps }: ChatShape): boolean {
  const whole =
    (gaps.get(between("start", "system")) ?? "") + (gaps.get(between("system", "user")) ?? "");
  return gaps.get(between("empty", "user")) === whole;
}

function choiceBefore(shape: ChatShape, after: After, tools: ToolShape | undefined): Choice {
  const behind = after === "system" ? undefined : tools?.afterTool.get(after);
  return [
    ...textsBefore(shape, after),
    ...(behind === undefined ? [] : [["tool", behind] as const]),
  ];
}

/** Until the answer begins; after an answer that is there, nothing: it is gone on with. */
export function goTemplate(given: ChatShape, tools?: ToolShape): string {
  const shape = withSystem(given);
  const gap = (after: After): string => gapBefore(choiceBefore(shape, after, tools), after, tools);
  const answer: Choice = [
    ...choiceBefore(shape, "answer", tools),
    ["assistant", ""],
    ...(tools === undefined ? [] : [["calls", ""] as const]),
  ];
  const said = message(shape, "assistant", gap("assistant"));
  const spoken =
    tools === undefined
      ? said
      : `{{ if .ToolCalls }}${callsOf(tools, said)}{{ else }}${said}{{ end }}`;
  const isEmpty = `and (eq .Role "system") (eq .Content "") (eq $before "start")`;
  const empty = isEmptyUsual(shape)
    ? "{{- if"
    : `{{- if ${isEmpty} }}{{ $before = "empty" }}\n{{- else if`;
  const lines = [
    ...definitions(shape),
    `{{- $before := "start" }}${tools === undefined ? "" : "{{ $told := false }}"}`,
    "{{- range .Messages }}",
    `${empty} eq .Role "system" }}${message(shape, "system", gap("system"))}`,
    `{{- else if eq .Role "assistant" }}${spoken}`,
    ...(tools === undefined ? [] : [`{{- else if eq .Role "tool" }}${toolAnswer(tools)}`]),
    `{{- else }}${message(shape, "user", gap("user"))}`,
    "{{- end }}{{ end }}",
    written(answer).replace("{{", "{{-"),
  ];
  // nothing may follow the last action but what it writes
  return lines.filter((line) => line !== "").join("\n");
}
