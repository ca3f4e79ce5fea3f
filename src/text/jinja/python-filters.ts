// Filters that write text, where the library departs from Python or would let a template grow without bound.
// The other filters stay the library's.
import { type Guard, trimmed, replacedLength } from "./python-methods.ts";
import { pythonJson, pythonString } from "./python-text.ts";
import { isList, isText, type Value } from "./runtime.ts";

/** A filter at work: what stands before the bar, and what it was called with. */
export interface FilterCall {
  operand: Value;
  positional: readonly Value[];
  named: ReadonlyMap<string, Value>;
  guard: Guard;
}

function argument({ positional, named }: FilterCall, at: number, name: string): Value | undefined {
  return positional[at] ?? named.get(name);
}

function numberIn(value: Value | undefined): number | undefined {
  return typeof value?.value === "number" ? value.value : undefined;
}

function pair(value: Value | undefined): [string, string] | undefined {
  if (value === undefined || !isList(value)) return undefined;
  const [first, second] = value.value;
  return first && second && isText(first) && isText(second)
    ? [first.value, second.value]
    : undefined;
}

/** json.dumps with the arguments of transformers' filter. */
function toJson(call: FilterCall): string {
  return pythonJson(call.operand, {
    ensureAscii: argument(call, 0, "ensure_ascii")?.value === true,
    indent: numberIn(argument(call, 1, "indent")),
    separators: pair(argument(call, 2, "separators")),
    sortKeys: argument(call, 3, "sort_keys")?.value === true,
    allow: (length) => call.guard.allow(length),
  });
}

function join(call: FilterCall): string | undefined {
  const { operand, guard } = call;
  const separator = argument(call, 0, "d") ?? call.named.get("separator");
  const between = separator === undefined ? "" : pythonString(separator);
  const parts = isText(operand)
    ? Array.from(operand.value)
    : isList(operand)
      ? operand.value.map(pythonString)
      : undefined;
  if (parts === undefined) return undefined;
  guard.allow(between.length * parts.length);
  return parts.join(between);
}

/** Only asks whether the lines may grow by so much: the library does the work. */
function indent(call: FilterCall): undefined {
  const width = numberIn(argument(call, 0, "width")) ?? 4;
  if (isText(call.operand)) call.guard.allow(width * call.operand.value.split("\n").length);
}

/** Only asks whether the text may grow by so much, as above. */
function replace(call: FilterCall): undefined {
  const [old, by] = [argument(call, 0, "old"), argument(call, 1, "new")];
  if (!isText(call.operand) || !old || !by || !isText(old) || !isText(by)) return;
  call.guard.search(call.operand, old);
  call.guard.allow(replacedLength(call.operand.value, old.value, by.value));
}

/** Of what is no text, as it prints. */
function trim(call: FilterCall): string {
  return trimmed("strip", pythonString(call.operand), argument(call, 0, "chars"));
}

/** By name; what gives undefined leaves the work to the library. */
export const writingFilters: Readonly<Record<string, (call: FilterCall) => string | undefined>> = {
  tojson: toJson,
  string: ({ operand }) => pythonString(operand),
  join,
  indent,
  replace,
  trim,
};
