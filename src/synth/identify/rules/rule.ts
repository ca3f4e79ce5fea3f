// What a rule is: something that looks at a stretch of text and says where conversations of one surface form stand.
// Types only; which rules there are: registry.ts.
import type { Span } from "../../sources/types.ts";
import type { Stretch } from "../text/stretch.ts";
import type { FoundMessage } from "../types.ts";

export interface Dialogue {
  /** Their spans are places of the stretch. */
  readonly messages: readonly FoundMessage[];
}

/** Conversations a rule found next to one another: a list of questions, a chat. They stand or fall together. */
export interface Finding {
  /** What of the stretch it claims. */
  readonly span: Span;
  /** 0 to 1. */
  readonly confidence: number;
  readonly dialogues: readonly Dialogue[];
}

export interface RuleOptions {
  /** Folded. */
  readonly assistants: ReadonlySet<string>;
}

export interface Rule {
  /** The surface form, for help and reports. */
  readonly about: string;
  find(stretch: Stretch, options: RuleOptions): Finding[];
}
