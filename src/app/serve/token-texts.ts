// Single tokens as log-probabilities name them: their text, and their bytes, of which a character may need several.
import type { RatedToken } from "../../generate/index.ts";
import type { TokenText } from "../../serve/index.ts";
import { type TokenWriting, tokenWriting } from "../../text/token-bytes.ts";
import type { Tokenizer } from "../../text/types.ts";

export class TokenTexts {
  readonly #tokenizer: Tokenizer;
  readonly #special: ReadonlySet<string>;
  #writing: TokenWriting | undefined;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#special = new Set(tokenizer.specialContents);
  }

  rated({ id, logProbability }: RatedToken): TokenText {
    const bytes = this.#bytes(id);
    return { text: bytes.toString("utf8"), bytes: [...bytes], logProbability };
  }

  #bytes(id: number): Buffer {
    const token = this.#tokenizer.idToToken(id) ?? "";
    if (this.#special.has(token)) return Buffer.from(token, "utf8");
    this.#writing ??= tokenWriting(this.#tokenizer.decoder);
    return Buffer.from(this.#writing.bytes(token));
  }
}
