// Personal data and secrets in a row: told, masked or a reason to drop it, by kind.
import type { Cleaner, CleanedRow, PersonalAction, Verdict } from "../cleaner.ts";
import { type Found, personalKinds } from "../personal/kinds.ts";

interface Placed extends Found {
  readonly kind: string;
}

/** By place; what lies in an earlier one is part of it. */
export function personalIn(text: string, kinds: readonly string[]): Placed[] {
  const found = kinds.flatMap((kind) =>
    (personalKinds[kind]?.find(text) ?? []).map((each): Placed => ({ ...each, kind })),
  );
  const kept: Placed[] = [];
  for (const one of found)
    if (!kept.some(({ start, end }) => one.start < end && start < one.end)) kept.push(one);
  return kept.toSorted((a, b) => a.start - b.start);
}

function masked(text: string, kinds: readonly string[]): string {
  let [result, from] = ["", 0];
  for (const { start, end, kind } of personalIn(text, kinds)) {
    result += `${text.slice(from, start)}[${kind.toUpperCase()}]`;
    from = end;
  }
  return result + text.slice(from);
}

/** Fields that say what a row is, not what it says. */
const facts = new Set([
  "id",
  "role",
  "from",
  "source",
  "meta",
  "metadata",
  "type",
  "split",
  "name",
]);

/** The same value with each of its texts changed. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      facts.has(name) ? item : mapTexts(item, change),
    ]),
  );
}

class PersonalLook {
  readonly #actions: ReadonlyMap<string, PersonalAction>;

  constructor(personal: Readonly<Record<string, PersonalAction>>) {
    const { all = "keep" } = personal;
    const kinds = Object.keys(personalKinds);
    this.#actions = new Map(kinds.map((kind) => [kind, personal[kind] ?? all]));
  }

  get isIdle(): boolean {
    return [...this.#actions.values()].every((action) => action === "keep");
  }

  look({ said, value }: CleanedRow): Verdict[] {
    const kinds = this.#kindsIn(said.map(({ text }) => text));
    const [dropped] = this.#that(kinds, "drop");
    if (dropped !== undefined) return [{ kind: "drop", reason: `${dropped} in it` }];
    const hidden = this.#that(kinds, "mask");
    const told = this.#that(kinds, "find").map((reason): Verdict => ({ kind: "note", reason }));
    if (hidden.length === 0) return told;
    const changed = mapTexts(value, (text) => masked(text, hidden)) as CleanedRow["value"];
    return [...told, { kind: "change", value: changed, reason: `${hidden.join(", ")} masked` }];
  }

  #kindsIn(texts: readonly string[]): string[] {
    const looked = [...this.#actions]
      .filter(([, action]) => action !== "keep")
      .map(([kind]) => kind);
    const found = texts.flatMap((text) => personalIn(text, looked).map(({ kind }) => kind));
    return [...new Set(found)];
  }

  #that(kinds: readonly string[], action: PersonalAction): string[] {
    return kinds.filter((kind) => this.#actions.get(kind) === action);
  }
}

export const personal: Cleaner = {
  about: "personal data and secrets: reported, masked or dropped by kind (--personal)",
  prepare: ({ personal: actions }) => {
    const looking = new PersonalLook(actions);
    return looking.isIdle ? undefined : (row) => looking.look(row);
  },
};
