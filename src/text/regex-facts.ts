// Two things about a regular expression before the tokenizers library compiles it (Oniguruma): the fewest characters
// that it matches, and whether repetition stands within repetition. Not a matcher, and no check of its grammar.

export interface RegexFacts {
  /** Characters of the shortest match. */
  shortest: number;
  /** (a+)+ and its like, whose cost can double with each character. */
  nests: boolean;
}

interface Piece extends RegexFacts {
  repeats: boolean;
}

const nothing: Piece = { shortest: 0, nests: false, repeats: false };
const one: Piece = { ...nothing, shortest: 1 };

/** Places, not characters: anchors, boundaries, and references to groups that may be empty. */
const zeroWidthEscape = /\\(?:[bBAzZGK]|[1-9]|k<)/y;
const escape = /\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|k<[^>]*>|[^])/y;
const lookaround = /\(\?<?[=!]/y;
const groupOpening = /\(\?(?:#[^)]*|[a-z-]*:|[a-z-]+(?=\))|>|<\w+>|P<\w+>)|\(/y;
const quantifier = /(?:[*+?]|\{(\d*)(,?)(\d*)\})[?+]?/y;

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Alternatives up to a closing bracket or the end. */
  alternatives(): Piece {
    let whole = this.#sequence();
    while (this.#source[this.#at] === "|") {
      this.#at++;
      whole = either(whole, this.#sequence());
    }
    return whole;
  }

  #sequence(): Piece {
    let whole = nothing;
    while (this.#at < this.#source.length && !"|)".includes(this.#source.charAt(this.#at))) {
      whole = both(whole, this.#quantified(this.#atom()));
    }
    return whole;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  #atom(): Piece {
    const character = this.#source.charAt(this.#at);
    if (character === "[") return this.#class();
    if (character === "(") return this.#group();
    if (character === "\\") {
      zeroWidthEscape.lastIndex = this.#at;
      const isPlace = zeroWidthEscape.test(this.#source);
      this.#at = this.#take(escape) === undefined ? this.#source.length : this.#at;
      return isPlace ? nothing : one;
    }
    this.#at++;
    return character === "^" || character === "$" ? nothing : one;
  }

  /** [...], in which classes may stand within classes. */
  #class(): Piece {
    let depth = 0;
    do {
      const character = this.#source[this.#at];
      if (character === "\\") this.#at++;
      else if (character === "[") depth++;
      else if (character === "]") depth--;
      this.#at++;
    } while (depth > 0 && this.#at < this.#source.length);
    return one;
  }

  #group(): Piece {
    const looks = this.#take(lookaround) !== undefined;
    if (!looks) this.#take(groupOpening);
    const inside = this.alternatives();
    this.#at++;
    return looks ? { ...inside, shortest: 0 } : inside;
  }

  #quantified(atom: Piece): Piece {
    const found = this.#take(quantifier);
    if (found === undefined) return atom;
    const [text, low = "", comma = "", high = ""] = found;
    const least = text.startsWith("+") ? 1 : Number(low || 0);
    const isBounded =
      text.startsWith("?") || (text.startsWith("{") && (comma === "" || high !== ""));
    return {
      shortest: atom.shortest * least,
      nests: atom.nests || (!isBounded && atom.repeats),
      repeats: atom.repeats || !isBounded,
    };
  }
}

function either(a: Piece, b: Piece): Piece {
  const shortest = Math.min(a.shortest, b.shortest);
  return { shortest, nests: a.nests || b.nests, repeats: a.repeats || b.repeats };
}

function both(a: Piece, b: Piece): Piece {
  const shortest = a.shortest + b.shortest;
  return { shortest, nests: a.nests || b.nests, repeats: a.repeats || b.repeats };
}

export function regexFacts(source: string): RegexFacts {
  return new Reader(source).alternatives();
}
