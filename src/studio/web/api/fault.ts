// A refusal of the API, or no answer at all, as pages show it: what happened, what mends it, and how the log names it.

interface ErrorParts {
  code?: string;
  message?: string;
  hint?: string;
  field?: string;
  request?: string;
}

export class ApiFault extends Error {
  /** 0 where nothing answered. */
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly field: string | undefined;
  readonly request: string | undefined;

  constructor(status: number, { code = "unknown", message, hint, field, request }: ErrorParts) {
    super(message ?? `the server answered with status ${status}`);
    this.name = "ApiFault";
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.field = field;
    this.request = request;
  }

  /** Whatever was thrown. */
  static of(error: unknown): ApiFault {
    if (error instanceof ApiFault) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new ApiFault(-1, { code: "page", message });
  }

  /** Of an answer that is not good. */
  static async ofAnswer(answer: Response): Promise<ApiFault> {
    const text = await answer.text();
    try {
      const { error } = JSON.parse(text) as { error?: ErrorParts };
      return new ApiFault(answer.status, error ?? {});
    } catch {
      return new ApiFault(answer.status, { code: `HTTP ${answer.status}` });
    }
  }

  /** Of a request that got no answer. */
  static unreachable(): ApiFault {
    return new ApiFault(0, {
      code: "unreachable",
      message: "The studio does not answer.",
      hint: "It may be restarting; this page tries again by itself. If it has stopped, start it with ft studio.",
    });
  }
}
