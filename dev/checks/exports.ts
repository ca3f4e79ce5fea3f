// The library's surface is documented: what src/index.ts exports has a comment where it is declared, and a module that is
// exported whole says at its top what it is. Follows re-exports by their text; types are the compiler's matter.
import { posix } from "node:path";
import type { Repository, Rule } from "./repository.ts";

const surface = "src/index.ts";

const NAMED = /export (?:type )?\{([^}]*)\} from "(\.[^"]+)"/g;
const WHOLE = /export \* as (\w+) from "(\.[^"]+)"/g;
const ALL = /export (?:type )?\* from "(\.[^"]+)"/g;

const beside = (file: string, given: string): string => posix.join(posix.dirname(file), given);

/** [name where it comes from, file] of each name in a list of exports; those of another name come by their own. */
function named(text: string, file: string): [string, string][] {
  return [...text.matchAll(NAMED)].flatMap(([, list = "", from = ""]) =>
    list
      .split(",")
      .map(
        (one) =>
          one
            .trim()
            .replace(/^type /, "")
            .split(" as ")[0] ?? "",
      )
      .filter((name) => name !== "")
      .map((name): [string, string] => [name, beside(file, from)]),
  );
}

/** Whether a comment that says more than what is thrown stands right above a declaration. */
function isDocumented(text: string, at: number): boolean {
  const [comment = ""] = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(text.slice(0, at)) ?? [];
  return /\/\*\*[\s*]*[^@\s*]/.test(comment);
}

/** Undefined where the file neither declares the name nor passes it on. */
function documented(repository: Repository, file: string, name: string): boolean | undefined {
  const text = repository.files.includes(file) ? repository.text(file) : "";
  const declaration = new RegExp(
    `^export (?:abstract |async )*(?:const|class|function\\*?|interface|type) ${name}\\b`,
    "gm",
  );
  const places = [...text.matchAll(declaration)];
  if (places.length > 0) return places.some(({ index }) => isDocumented(text, index));
  const passed = named(text, file).find(([passedName]) => passedName === name);
  if (passed !== undefined) return documented(repository, passed[1], name);
  const others = [...text.matchAll(ALL)].map(([, from = ""]) => beside(file, from));
  return others
    .map((other) => documented(repository, other, name))
    .find((found) => found !== undefined);
}

function check(repository: Repository): string[] {
  if (!repository.files.includes(surface)) return [];
  const text = repository.text(surface);
  const bare = named(text, surface).filter(
    ([name, file]) => documented(repository, file, name) !== true,
  );
  const modules = [...text.matchAll(WHOLE)].map(([, name = "", from = ""]): [string, string] => [
    name,
    beside(surface, from),
  ]);
  const silent = modules.filter(([, file]) => !repository.text(file).startsWith("//"));
  return [...bare, ...silent].map(([name, file]) => `${file}: ${name} has no comment`);
}

export const documentedExports: Rule = { name: "what the library exports has a comment", check };
