// One row after another of a file against a profile: its form, the rules, images and tokens.
import type { JsonObject } from "../../../text/types.ts";
import { knownFields } from "../forms/index.ts";
import {
  limitsOf,
  type LimitTable,
  type ModelLimits,
  modelNamed,
  type ProfileLimits,
} from "../limits/limits.ts";
import type { Profile, RowForm, SeenRow, Sighting } from "../profile.ts";
import { imagesOf } from "../rules/images.ts";
import { sightingsIn } from "../rules/index.ts";
import { allMessages, conversations } from "../rules/rule.ts";
import { mostTokens, type RowCounter } from "./token-limit.ts";

export interface Against {
  readonly profile: Profile;
  readonly limits: ProfileLimits;
  readonly model: ModelLimits | undefined;
  readonly counter: RowCounter | undefined;
}

/** What is checked against, of names. */
export function against(
  profile: Profile,
  name: string,
  table: LimitTable,
  model: string | undefined,
  counter?: RowCounter,
): Against {
  const limits = limitsOf(table, name);
  return {
    profile,
    limits,
    model: model === undefined ? undefined : modelNamed(limits, model),
    counter,
  };
}

export interface CheckedRow {
  seen: SeenRow | undefined;
  sightings: Sighting[];
  tokens: number | undefined;
}

export class RowChecker {
  readonly #against: Against;
  readonly #countsAll: boolean;
  #form: RowForm | undefined;

  /** `countsAll`: tokens of every row are asked for, not only of those that may be too many. */
  constructor(against: Against, countsAll: boolean) {
    this.#against = against;
    this.#countsAll = countsAll;
  }

  check(row: JsonObject, bytes: number): CheckedRow {
    const { profile } = this.#against;
    const form = profile.forms.find((one) => one.detect(row));
    if (form === undefined) {
      const asked = profile.forms.map(({ about }) => about).join("; or ");
      const message = `the row has the fields ${knownFields(row)}, but needs ${asked}`;
      return {
        seen: undefined,
        sightings: [{ code: "unknown_format", field: "", message }],
        tokens: undefined,
      };
    }
    const seen = form.see(row);
    const sightings = [
      ...this.#mixed(form),
      ...sightingsIn({ row, seen, form, profile }),
      ...this.#images(seen),
    ];
    const tokens = this.#tokens(seen, bytes);
    return { seen, sightings: [...sightings, ...this.#tooLong(seen, tokens)], tokens };
  }

  *#mixed(form: RowForm): Generator<Sighting> {
    this.#form ??= form;
    if (form === this.#form) return;
    const message = `the row has the format ${form.about}, those before it ${this.#form.about}`;
    yield { code: "mixed_format", field: "", message };
  }

  *#images(seen: SeenRow): Generator<Sighting> {
    const { maxImages, maxImageBytes } = this.#against.limits.limits;
    const found = allMessages(seen).flatMap(imagesOf);
    if (maxImages !== undefined && found.length > maxImages.value)
      yield {
        code: "image_count",
        field: found[0]?.field ?? "",
        message: `${found.length} images; the limit is ${maxImages.value}`,
      };
    for (const { field, bytes } of found) {
      if (bytes !== undefined && maxImageBytes !== undefined && bytes > maxImageBytes.value)
        yield {
          code: "image_too_large",
          field,
          message: `${bytes} bytes; the limit is ${maxImageBytes.value}`,
        };
    }
  }

  get #limit(): number | undefined {
    return this.#against.model?.exampleTokens ?? this.#against.limits.limits.exampleTokens?.value;
  }

  #tokens(seen: SeenRow, bytes: number): number | undefined {
    const { counter } = this.#against;
    if (counter === undefined) return undefined;
    const mayBeTooLong = this.#limit !== undefined && mostTokens(bytes) > this.#limit;
    if (!mayBeTooLong && !this.#countsAll) return undefined;
    return Math.max(
      ...conversations(seen).map((messages) =>
        this.#count(
          messages.map(({ value }) => value),
          seen,
        ),
      ),
    );
  }

  #count(messages: readonly JsonObject[], seen: SeenRow): number {
    const tools = Array.isArray(seen.tools?.value) ? (seen.tools.value as unknown[]) : [];
    return this.#against.counter?.messages({ messages, tools }) ?? 0;
  }

  *#tooLong(seen: SeenRow, tokens: number | undefined): Generator<Sighting> {
    const limit = this.#limit;
    const { counter, profile } = this.#against;
    if (tokens === undefined || limit === undefined || counter === undefined || tokens <= limit)
      return;
    const about = counter.exactness === "exact" ? "" : "about ";
    const message = `${about}${tokens} tokens (${counter.encoding}); the limit is ${limit}`;
    if (profile.cutsAtEnd !== true) {
      yield { code: "tokens_over_limit", field: "", message };
      return;
    }
    const last = seen.messages.length - 1;
    const field = seen.messages[last]?.at ?? "";
    yield {
      code: "answer_truncated",
      field,
      message: `${message}, the end is truncated`,
    };
  }
}
