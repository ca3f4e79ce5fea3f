// Many samples at once: while the tokenizer works on one lot of texts, the texts of the next are made.
// Knows how to wait and whom to blame, not what a template writes.
import { DataError, FtError, type Location } from "../core/errors.ts";
import { noticesOf, type TemplateFacts } from "./notices.ts";
import { reasoningNotices } from "./reasoning-notices.ts";
import { maskingOf } from "./reasoning.ts";
import type { Located, Masking, MaskPolicy, Rendered, Sample, Tokenizer } from "./types.ts";

/** A sample whose text is made, and what becomes of it once its tokens are there. */
export interface Draft {
  text: string;
  /** For text that no template frames: the tokenizer adds what it adds, and no spans are needed. */
  addSpecialTokens: boolean;
  finish(located: Located): Rendered;
}

/** Texts in one crossing to the library: enough to make its price small, few enough to start early. */
const lotSize = 64;

/** More than anyone reads; the first of them is enough to mend. */
const listedProblems = 20;

/** One sample by itself. */
function renderDraft({ text, addSpecialTokens, finish }: Draft, tokenizer: Tokenizer): Rendered {
  if (!addSpecialTokens) return finish(tokenizer.encodeWithOffsets(text));
  return finish({ ids: tokenizer.encode(text, { addSpecialTokens }), offsets: [] });
}

/** Collects what is wrong with samples, so that it is told once. */
class Refusals {
  readonly #errors: DataError[] = [];
  readonly #place: ((index: number) => Location) | undefined;

  constructor(place: ((index: number) => Location) | undefined) {
    this.#place = place;
  }

  /** What `make` gives; undefined when the sample cannot be rendered. Throws what is wrong with more than one. */
  attempt<T>(index: number, make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof FtError)) throw error;
      const placed = this.#place === undefined ? error : error.placedAt(this.#place(index));
      if (!(placed instanceof DataError)) throw placed;
      this.#errors.push(placed);
      return undefined;
    }
  }

  get none(): boolean {
    return this.#errors.length === 0;
  }

  throwIfAny(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    if (others.length === 0 || this.#place === undefined) throw first;
    const rest = this.#errors.length - listedProblems;
    throw new DataError(first.code, {
      message: `${this.#errors.length} rows cannot be rendered`,
      problems: [
        ...this.#errors.slice(0, listedProblems).map(({ message }) => message),
        ...(rest > 0 ? [`… and ${rest} more`] : []),
      ],
      ...(first.hint !== undefined && { hint: first.hint }),
      cause: first,
    });
  }
}

/** Samples that can be encoded in one crossing: all framed, or none. */
function* lotsOf(drafts: Iterable<Draft>): Generator<Draft[]> {
  let lot: Draft[] = [];
  for (const draft of drafts) {
    const [first] = lot;
    const fits = first === undefined || first.addSpecialTokens === draft.addSpecialTokens;
    if (!fits || lot.length === lotSize) {
      yield lot;
      lot = [];
    }
    lot.push(draft);
  }
  if (lot.length > 0) yield lot;
}

/** Starts a lot; the function handed back waits for it. */
function startLot(lot: readonly Draft[], tokenizer: Tokenizer): () => Rendered[] {
  const addSpecialTokens = lot[0]?.addSpecialTokens ?? false;
  const texts = lot.map(({ text }) => text);
  const located = tokenizer.encodeBatch(texts, { addSpecialTokens });
  return () => located().map((one, at) => (lot[at] as Draft).finish(one));
}

/** Every sample, in order. `draft` makes the text of one; throws as `Renderer.renderMany` does. */
function renderDrafts(
  samples: readonly Sample[],
  draft: (sample: Sample) => Draft,
  tokenizer: Tokenizer,
  place?: (index: number) => Location,
): Rendered[] {
  const refusals = new Refusals(place);
  const drafts = function* (): Generator<Draft> {
    for (const [index, sample] of samples.entries()) {
      const one = refusals.attempt(index, () => draft(sample));
      if (one !== undefined && refusals.none) yield one;
    }
  };
  const rendered: Rendered[] = [];
  const take = (lot: () => Rendered[]): void => {
    for (const one of lot()) rendered.push(one);
  };
  let pending: (() => Rendered[]) | undefined;
  for (const lot of lotsOf(drafts())) {
    const started = startLot(lot, tokenizer);
    if (pending !== undefined) take(pending);
    pending = started;
  }
  if (pending !== undefined) take(pending);
  refusals.throwIfAny();
  return rendered;
}

/** The half of a renderer that turns drafts into tokens, one or many at a time. */
export abstract class DraftingRenderer {
  protected readonly tokenizer: Tokenizer;

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
  }

  protected abstract facts(): Omit<TemplateFacts, "render" | "text">;

  protected abstract draft(sample: Sample, masking: Masking): Draft;

  render(sample: Sample, policy: MaskPolicy | Masking): Rendered {
    return renderDraft(this.draft(sample, maskingOf(policy)), this.tokenizer);
  }

  renderMany(
    samples: readonly Sample[],
    policy: MaskPolicy | Masking,
    place?: (index: number) => Location,
  ): Rendered[] {
    const masking = maskingOf(policy);
    return renderDrafts(samples, (sample) => this.draft(sample, masking), this.tokenizer, place);
  }

  notices(samples: Iterable<Sample>): string[] {
    const render: TemplateFacts["render"] = (sample, policy) => this.render(sample, policy);
    const text: TemplateFacts["text"] = (sample) => this.draft(sample, maskingOf("all")).text;
    const facts = { ...this.facts(), render, text };
    const all = [...samples];
    return [...noticesOf(facts, this.tokenizer, all), ...reasoningNotices(facts, all)];
  }
}
