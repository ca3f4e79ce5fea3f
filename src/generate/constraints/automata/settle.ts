// What expressions can be known only when every rule has its body: which have a text, which have the empty one, and
// whether a rule begins with itself, which no reader from left to right can follow.
import type { Expression, Expressions, Rule } from "./expressions.ts";

function isProductive(one: Expression): boolean {
  switch (one.kind) {
    case "sequence":
      return one.first.productive && one.second.productive;
    case "choice":
      return one.options.some((option) => option.productive);
    case "repeat":
      return one.least === 0 || one.body.productive;
    case "rule":
      return one.body?.productive ?? false;
    case "bytes":
    case "empty":
      return true;
  }
}

function isNullable(one: Expression): boolean {
  switch (one.kind) {
    case "sequence":
      return one.first.nullable && one.second.nullable;
    case "choice":
      return one.options.some((option) => option.nullable);
    case "repeat":
      return one.least === 0 || one.body.nullable;
    case "rule":
      return one.body?.nullable ?? false;
    case "bytes":
      return false;
    case "empty":
      return true;
  }
}

/** From nothing known upward, until nothing changes: what only refers to itself stays without a text. */
export function settle({ all }: Expressions): void {
  for (const one of all) {
    one.productive = false;
    one.nullable = false;
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const one of all) {
      const productive = isProductive(one);
      const nullable = isNullable(one);
      changed ||= productive !== one.productive || nullable !== one.nullable;
      one.productive = productive;
      one.nullable = nullable;
    }
  }
}

/** Expressions that may begin this one's text. */
function beginnings(one: Expression): readonly Expression[] {
  switch (one.kind) {
    case "sequence":
      return one.first.nullable ? [one.first, one.second] : [one.first];
    case "choice":
      return one.options;
    case "repeat":
      return [one.body];
    case "rule":
      return one.body === undefined ? [] : [one.body];
    case "bytes":
    case "empty":
      return [];
  }
}

/** A rule that begins with itself, maybe through others; settled expressions only. */
export function leftRecursion(rules: Iterable<Rule>): Rule | undefined {
  const done = new Set<Expression>();
  for (const rule of rules) {
    const open = new Set<Expression>();
    const work: { one: Expression; leave: boolean }[] = [{ one: rule, leave: false }];
    for (let item = work.pop(); item !== undefined; item = work.pop()) {
      const { one, leave } = item;
      if (leave) {
        open.delete(one);
        done.add(one);
        continue;
      }
      if (open.has(one)) return one.kind === "rule" ? one : rule;
      if (done.has(one)) continue;
      open.add(one);
      work.push({ one, leave: true });
      for (const next of beginnings(one)) work.push({ one: next, leave: false });
    }
  }
  return undefined;
}
