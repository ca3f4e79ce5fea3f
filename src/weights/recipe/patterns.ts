// The names a rule speaks of: "model.layers.{layer}.mlp.experts.{expert#}.{name*}". Matches names and writes them.
// Text alone; which tensors belong together is mapping.ts's.

/** What each placeholder stood for. */
export type Captures = ReadonlyMap<string, string>;

/** A matched or written name costs time with its length; no real name is near this. */
const longestName = 1024;

const element = /\{(\w+)(\*|#|:[^}]*)?\}|\[([^\]]*)\]/g;
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const oneOf = (alternatives: string): string => alternatives.split("|").map(escaped).join("|");

function expression(form: string | undefined): string {
  if (form === undefined) return "[^.]+";
  if (form === "*") return ".+";
  return form === "#" ? "0|[1-9]\\d{0,5}" : oneOf(form.slice(1));
}

/** Pieces of a pattern: literal text, or the name of a placeholder. */
type Piece = { text: string } | { placeholder: string };

/**
 * `{a}` is one part of a name (no dot in it), `{a*}` one or several, `{a:x|y}` one of the words, `{a#}` every number
 * from 0 on, whose tensors are stacked along a new first axis. `[x|y]` is one of the words (also none), not remembered:
 * written, it is the first.
 */
export class NamePattern {
  readonly text: string;
  /** How placeholders are written that are no plain `{a}`. */
  readonly forms: ReadonlyMap<string, string>;
  /** The placeholder of `{a#}`. */
  readonly stacked: string | undefined;
  readonly placeholders: ReadonlySet<string>;
  readonly #matcher: RegExp;
  readonly #pieces: readonly Piece[];

  /** A plain `{a}` has the form that `known` gives it, if any. */
  constructor(text: string, known: ReadonlyMap<string, string> = new Map()) {
    this.text = text;
    const forms = new Map<string, string>();
    const pieces: Piece[] = [];
    const seen = new Set<string>();
    let matcher = "";
    let end = 0;
    const literal = (part: string): void => {
      pieces.push({ text: part });
      matcher += escaped(part);
    };
    for (const { 0: whole, 1: name, 2: own, 3: words = "", index } of text.matchAll(element)) {
      literal(text.slice(end, index));
      end = index + whole.length;
      if (name === undefined) {
        pieces.push({ text: words.split("|")[0] ?? "" });
        matcher += `(?:${oneOf(words)})`;
        continue;
      }
      const form = own ?? known.get(name);
      if (form !== undefined) forms.set(name, form);
      pieces.push({ placeholder: name });
      matcher += seen.has(name) ? `\\k<${name}>` : `(?<${name}>${expression(form)})`;
      seen.add(name);
      if (form === "#") this.stacked = name;
    }
    literal(text.slice(end));
    this.forms = forms;
    this.#pieces = pieces;
    this.#matcher = new RegExp(`^${matcher}$`);
    this.placeholders = seen;
  }

  match(name: string): Map<string, string> | undefined {
    if (name.length > longestName) return undefined;
    const found = this.#matcher.exec(name);
    return found === null ? undefined : new Map(Object.entries(found.groups ?? {}));
  }

  /** The name for these values. Throws RangeError when one is missing. */
  write(captures: Captures): string {
    return this.#pieces.map((piece) => this.#written(piece, captures)).join("");
  }

  #written(piece: Piece, captures: Captures): string {
    if ("text" in piece) return piece.text;
    const value = captures.get(piece.placeholder);
    if (value !== undefined) return value;
    throw new RangeError(`'${this.text}' needs a value for {${piece.placeholder}}`);
  }
}
