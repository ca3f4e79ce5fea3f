// A JSON schema as it was sent: its parts with their paths, and what its references point at. Understands no keyword
// but those that name places.
import { malformed, tooLarge, unsupported } from "../problems.ts";

export type JsonObject = Readonly<Record<string, unknown>>;
export type Schema = boolean | JsonObject;

/** A schema and where it stands: "#/properties/age". */
export interface Located {
  readonly schema: Schema;
  readonly path: string;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A step of a path, as JSON pointers write it. */
export function below(path: string, ...steps: readonly (string | number)[]): string {
  const written = steps.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"));
  return [path, ...written].join("/");
}

/** Throws FT-CONSTRAINT-001 where this is no schema. */
export function located(value: unknown, path: string): Located {
  if (typeof value === "boolean" || isObject(value)) return { schema: value, path };
  throw malformed(path, "not a schema: an object, true or false is expected");
}

const deepest = 400;
const mostValues = 300_000;

/** Throws FT-CONSTRAINT-004 for what is too deep or too large to be followed, before anything follows it. */
export function requireBounded(schema: unknown): void {
  const work: [value: unknown, depth: number][] = [[schema, 0]];
  let values = 0;
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    const [value, depth] = item;
    if (++values > mostValues) throw tooLarge("#", `a schema of more than ${mostValues} values`);
    if (depth > deepest) throw tooLarge("#", `a schema of more than ${deepest} levels`);
    if (typeof value !== "object" || value === null) continue;
    for (const inside of Object.values(value)) work.push([inside, depth + 1]);
  }
}

/** What stands under a schema's keyword that holds several: a list, or an object by names. */
export function listed({ schema, path }: Located, keyword: string): Located[] {
  const value = (schema as JsonObject)[keyword];
  const at = below(path, keyword);
  if (!Array.isArray(value)) throw malformed(at, "a list of schemas is expected");
  return value.map((one, index) => located(one, below(at, index)));
}

export function named({ schema, path }: Located, keyword: string): Map<string, Located> {
  const value = (schema as JsonObject)[keyword];
  const at = below(path, keyword);
  if (!isObject(value)) throw malformed(at, "an object of schemas is expected");
  return new Map(Object.entries(value).map(([name, one]) => [name, located(one, below(at, name))]));
}

export class SchemaSource {
  readonly root: Located;
  readonly #numbers = new Map<object, number>();
  #anchors: Map<string, Located> | undefined;

  constructor(schema: unknown) {
    requireBounded(schema);
    this.root = located(schema, "#");
  }

  /** One number for one schema, wherever it is referred to. */
  numberOf({ schema }: Located): number {
    if (typeof schema === "boolean") return schema ? -1 : -2;
    let number = this.#numbers.get(schema);
    if (number === undefined) this.#numbers.set(schema, (number = this.#numbers.size));
    return number;
  }

  /** Throws FT-CONSTRAINT-001 where nothing is there, 002 for another document. */
  target(reference: unknown, at: string): Located {
    if (typeof reference !== "string") throw malformed(at, "a reference has to be a string");
    const pointer = this.#pointerOf(reference);
    if (pointer === "" || pointer.startsWith("/")) return this.#followed(pointer, reference, at);
    const found = this.#named().get(reference);
    if (found !== undefined) return found;
    if (reference.startsWith("#")) throw malformed(at, `"${reference}" is not defined`);
    throw unsupported(at, `a reference to another document ("${reference}")`, "put it under $defs");
  }

  /** The part behind #, also behind the root's own $id. */
  #pointerOf(reference: string): string {
    const { schema } = this.root;
    const id = typeof schema === "object" ? schema["$id"] : undefined;
    const own = typeof id === "string" ? id.replace(/#$/, "") : "";
    const rest = own !== "" && reference.startsWith(own) ? reference.slice(own.length) : reference;
    if (rest === "" || rest === "#") return "";
    return rest.startsWith("#/") ? rest.slice(1) : reference;
  }

  #followed(pointer: string, reference: string, at: string): Located {
    let value: unknown = this.root.schema;
    const steps = pointer.split("/").slice(1);
    const names = steps.map((step) => decoded(step).replaceAll("~1", "/").replaceAll("~0", "~"));
    for (const name of names) {
      const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, name);
      if (!isThere) throw malformed(at, `"${reference}" points to nothing`);
      value = (value as JsonObject)[name];
    }
    return located(value, below("#", ...names));
  }

  /** Schemas by their $id, $anchor or id. */
  #named(): Map<string, Located> {
    if (this.#anchors !== undefined) return this.#anchors;
    const anchors = new Map<string, Located>();
    const work: [value: unknown, path: string][] = [[this.root.schema, "#"]];
    for (let item = work.pop(); item !== undefined; item = work.pop()) {
      const [value, path] = item;
      if (typeof value !== "object" || value === null) continue;
      if (isObject(value)) {
        for (const key of ["$id", "id", "$anchor"]) {
          const name = value[key];
          const reference = key === "$anchor" ? `#${String(name)}` : name;
          if (typeof reference === "string") anchors.set(reference, { schema: value, path });
        }
      }
      for (const [key, inside] of Object.entries(value)) work.push([inside, below(path, key)]);
    }
    this.#anchors = anchors;
    return anchors;
  }
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
