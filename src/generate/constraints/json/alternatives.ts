// Schemas that hold together, with their references followed and their alternatives multiplied out: what is left of each
// alternative are plain keywords. An alternative that comes back to its own beginning without a value between is none.
import { limits } from "../automata/limits.ts";
import { malformed, tooLarge, unsupported } from "../problems.ts";
import { Negation } from "./negation.ts";
import {
  below,
  isObject,
  type JsonObject,
  listed,
  type Located,
  located,
  type Schema,
  type SchemaSource,
} from "./schema.ts";

/** The schemas that led here, by their numbers. */
interface Trail {
  readonly number: number;
  readonly before: Trail | undefined;
}

interface Entry {
  readonly at: Located;
  readonly trail: Trail | undefined;
}

/** Branches of which at least one holds; each is several schemas. */
interface Choice {
  readonly key: string;
  readonly trail: Trail;
  branches(): readonly (readonly Located[])[];
}

/** All plain keywords that hold together. */
export type Conjunction = readonly Located[];

/** Why a place has no value: the first of these is told. */
export interface Conflict {
  readonly path: string;
  readonly message: string;
}

/** Keywords that ask for more than is followed. */
const refused: Readonly<Record<string, string>> = {
  $dynamicRef: "a dynamic reference",
  $recursiveRef: "a dynamic reference",
  extends: "a keyword of draft 3",
  disallow: "a keyword of draft 3",
};

function goesThrough(trail: Trail | undefined, number: number): boolean {
  for (let at = trail; at !== undefined; at = at.before) if (at.number === number) return true;
  return false;
}

/** Keywords of which the names listed decide: if one is there, so are others. */
function dependencies({ schema, path }: Located): [name: string, asks: Schema][] {
  const found: [string, Schema][] = [];
  for (const keyword of ["dependentRequired", "dependentSchemas", "dependencies"]) {
    const value = (schema as JsonObject)[keyword];
    if (value === undefined) continue;
    if (!isObject(value)) throw malformed(below(path, keyword), "an object is expected");
    for (const [name, asks] of Object.entries(value)) {
      const isList = Array.isArray(asks);
      if (isList) found.push([name, { required: asks }]);
      else found.push([name, located(asks, below(path, keyword, name)).schema]);
    }
  }
  return found;
}

export class Alternatives {
  readonly #source: SchemaSource;
  readonly #negation = new Negation();
  readonly #isApart: (a: readonly Conjunction[], b: readonly Conjunction[]) => boolean;
  readonly conflicts: Conflict[] = [];
  #comparisons = 0;
  /** Of the place that is multiplied out. */
  #steps = 0;

  /** `isApart`: no value is both. */
  constructor(
    source: SchemaSource,
    isApart: (a: readonly Conjunction[], b: readonly Conjunction[]) => boolean,
  ) {
    this.#source = source;
    this.#isApart = isApart;
  }

  not(schema: Schema): Schema {
    return this.#negation.not(schema);
  }

  /** Empty where nothing can hold. */
  of(schemas: readonly Located[]): Conjunction[] {
    const found: Conjunction[] = [];
    const entries = schemas.map((at): Entry => ({ at, trail: undefined }));
    // one place asks for those of another: oneOf looks into its branches
    const before = this.#steps;
    this.#steps = 0;
    this.#collect(entries, new Set(), found);
    this.#steps = before;
    return found;
  }

  #collect(entries: readonly Entry[], taken: ReadonlySet<string>, found: Conjunction[]): void {
    this.#steps += 1;
    if (this.#steps > limits.steps) throw this.#tooMany(entries[0]?.at.path ?? "#");
    const flat = this.#flat(entries, taken);
    if (flat === undefined) return;
    const [choice] = flat.choices;
    if (choice === undefined) {
      found.push(flat.parts);
      if (found.length > limits.alternatives) throw this.#tooMany(flat.parts[0]?.path ?? "#");
      return;
    }
    if (taken.size > limits.depth) throw this.#tooMany(flat.parts[0]?.path ?? "#");
    const then = new Set([...taken, choice.key]);
    for (const branch of choice.branches()) {
      const more = branch.map((at): Entry => ({ at, trail: choice.trail }));
      this.#collect([...entries, ...more], then, found);
    }
  }

  #tooMany(path: string): Error {
    return tooLarge(path, `more than ${limits.alternatives} alternatives, multiplied out`);
  }

  /** Undefined where something of it never holds. */
  #flat(
    entries: readonly Entry[],
    taken: ReadonlySet<string>,
  ): { parts: Located[]; choices: Choice[] } | undefined {
    const seen = new Set<number>();
    const parts: Located[] = [];
    const choices: Choice[] = [];
    const work = entries.toReversed();
    for (let entry = work.pop(); entry !== undefined; entry = work.pop()) {
      const { at, trail } = entry;
      if (at.schema === true) continue;
      if (at.schema === false) return this.#conflict(at.path, "it is false");
      const number = this.#source.numberOf(at);
      if (goesThrough(trail, number)) return this.#conflict(at.path, "it refers to itself");
      if (seen.has(number)) continue;
      seen.add(number);
      parts.push(at);
      const own: Trail = { number, before: trail };
      const inside = this.#together(at).map((one): Entry => ({ at: one, trail: own }));
      work.push(...inside.toReversed());
      choices.push(...this.#choices(at, own).filter(({ key }) => !taken.has(key)));
    }
    return { parts, choices };
  }

  #conflict(path: string, message: string): undefined {
    this.conflicts.push({ path, message });
  }

  /** Schemas that hold with this one. */
  #together(at: Located): Located[] {
    const { schema, path } = at as { schema: JsonObject; path: string };
    for (const [keyword, what] of Object.entries(refused)) {
      if (schema[keyword] !== undefined) throw unsupported(below(path, keyword), what);
    }
    const reference = schema["$ref"];
    const target = reference === undefined ? [] : [this.#target(reference, path)];
    return [...target, ...(schema["allOf"] === undefined ? [] : listed(at, "allOf"))];
  }

  #target(reference: unknown, path: string): Located {
    return this.#source.target(reference, below(path, "$ref"));
  }

  #choices(at: Located, trail: Trail): Choice[] {
    const { schema, path } = at as { schema: JsonObject; path: string };
    const choice = (name: string, branches: Choice["branches"]): Choice => ({
      key: `${trail.number}:${name}`,
      trail,
      branches,
    });
    const ways = (one: unknown, keyword: string): readonly (readonly Located[])[] =>
      this.#ways(located(one, below(path, keyword)));
    const found: Choice[] = [];
    if (schema["anyOf"] !== undefined) {
      const branches = this.#branches(at, "anyOf").map((one) => [one]);
      found.push(choice("anyOf", () => branches));
    }
    if (schema["not"] !== undefined) found.push(choice("not", () => ways(schema["not"], "not")));
    if (schema["if"] !== undefined) found.push(choice("if", () => this.#conditional(at, ways)));
    for (const [index, [name, asks]] of dependencies(at).entries()) {
      const without: Located = { schema: { properties: { [name]: false } }, path };
      const having: Located = { schema: { required: [name] }, path };
      const branches = [[without], [having, { schema: asks, path }]];
      found.push(choice(`dependency${index}`, () => branches));
    }
    if (schema["oneOf"] !== undefined) found.push(choice("oneOf", () => this.#exactlyOne(at)));
    return found;
  }

  /** Refused before one of them is looked at, where there are too many. */
  #branches(at: Located, keyword: string): Located[] {
    const branches = listed(at, keyword);
    if (branches.length > limits.alternatives) throw this.#tooMany(below(at.path, keyword));
    return branches;
  }

  #conditional(
    at: Located,
    ways: (one: unknown, keyword: string) => readonly (readonly Located[])[],
  ): (readonly Located[])[] {
    const { schema, path } = at as { schema: JsonObject; path: string };
    const part = (keyword: string): Located =>
      located(schema[keyword] ?? true, below(path, keyword));
    const otherwise = ways(schema["if"], "if").map((way) => [...way, part("else")]);
    return [[part("if"), part("then")], ...otherwise];
  }

  #ways(at: Located): readonly (readonly Located[])[] {
    const follow = (reference: unknown): Located => this.#target(reference, at.path);
    return this.#negation.ways(at, follow).map((way) => [way]);
  }

  /** Each branch with the opposite of those that could hold beside it. */
  #exactlyOne(at: Located): (readonly Located[])[] {
    const branches = this.#branches(at, "oneOf");
    const values = branches.map((one) => this.of([one]));
    this.#comparisons += branches.length ** 2;
    if (this.#comparisons > limits.comparisons)
      throw tooLarge(below(at.path, "oneOf"), "too many alternatives to compare with each other");
    return branches.map((branch, index) => {
      const others = branches.filter(
        (_, other) => other !== index && !this.#isApart(values[index] ?? [], values[other] ?? []),
      );
      return [branch, ...others.map(({ schema, path }) => ({ schema: this.not(schema), path }))];
    });
  }
}
