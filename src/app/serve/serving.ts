// What a model in its process can be asked, whatever kind it is, and how a request is refused.
import { ModelError } from "../../core/errors.ts";
import type { AnswerEvent, CallName, ModelFacts } from "../../serve/index.ts";

export interface CallWatch<Event> {
  tell(event: Event): void;
  signal: AbortSignal;
}

export interface Serving {
  readonly facts: ModelFacts;
  /** Throws `Refused` where the request is at fault. */
  call(name: CallName, request: unknown, watch: CallWatch<AnswerEvent>): Promise<unknown>;
  dispose(): void;
}

/** The request is at fault; its cause says how. */
export class Refused extends Error {
  constructor(cause: unknown) {
    super("the request was refused", { cause });
  }
}

export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Refused(cause);
  }
}

export function wrongKind(does: string): ModelError {
  return new ModelError("FT-SERVE-010", { message: `this model ${does}` });
}
