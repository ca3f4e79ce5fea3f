// The result of a request, asked for until it is there: long polls, each of which may say that it has to be asked again.
// What a person should know of the queue is told; what ends the waiting is thrown.
import { FtError } from "../../core/errors.ts";
import { failed, limited, refused, unreachable, unreadable } from "./errors.ts";
import { type Answer, jsonOf, PROTOBUF, type TinkerHttp } from "./http.ts";
import { pollDelay } from "./pause.ts";
import { Refusal } from "./refusal.ts";
import { FailedFuture, TryAgain } from "./wire/answers.ts";

export type TellNotice = (level: "info" | "warning", message: string) => void;

const pollSeconds = 45;
const mostBadRequests = 3;
/** An outage while an answer is waited for, in milliseconds. */
const longestOutage = 30 * 60 * 1000;

/** What is said of a queue that does not move. */
const queueStates: Readonly<Record<string, string>> = {
  paused_capacity: "Tinker has no free machines for this model now; the request waits in its queue",
  paused_rate_limit:
    "Tinker holds the requests of this key back (rate limit); they go on by themselves",
};

/** How the result of a request is read: in protobuf where it is asked for, else in JSON. */
export interface Reading<T> {
  /** As it stands in a sentence: "the forward pass". */
  what: string;
  /** As the service's log calls it. */
  type: string;
  message?: (bytes: Uint8Array) => T;
  json(value: unknown): T;
}

/** Whom a poll asks and tells. */
export interface PollParent {
  readonly http: TinkerHttp;
  notice: TellNotice;
  /** A result has come: what was told of waiting is over. */
  movesAgain(): void;
}

/** Asks for one result until it is there. */
export class Poll<T> {
  readonly #connection: PollParent;
  readonly #requestId: string;
  readonly #reading: Reading<T>;
  #iteration = 0;
  #badRequests = 0;
  /** Failures in a row, and when the first of them was. */
  #failures = 0;
  #since = 0;
  #metadataOnly = true;

  constructor(connection: PollParent, requestId: string, reading: Reading<T>) {
    this.#connection = connection;
    this.#requestId = requestId;
    this.#reading = reading;
  }

  async wait(): Promise<T> {
    for (;;) {
      const answer = await this.#ask();
      if (answer === undefined) continue;
      const found = this.#read(answer);
      if (found !== undefined) return found.result;
    }
  }

  async #ask(): Promise<Answer | undefined> {
    const { http } = this.#connection;
    try {
      const answer = await http.ask({
        path: "/api/v1/retrieve_future",
        body: { request_id: this.#requestId, allow_metadata_only: this.#metadataOnly },
        headers: {
          ...(this.#reading.message !== undefined && { accept: PROTOBUF }),
          "x-tinker-request-iteration": String(this.#iteration++),
          "x-tinker-request-type": this.#reading.type,
        },
        timeoutSeconds: pollSeconds,
        retries: 0,
      });
      this.#failures = 0;
      this.#badRequests = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.#after(error);
      return undefined;
    }
  }

  /** Waits as long as this failure wants; throws where asking again does not help. */
  async #after(refusal: Refusal): Promise<void> {
    const { kind, status } = refusal;
    if (status === 408) return this.#queue(refusal.body);
    if (status === 400 && ++this.#badRequests <= mostBadRequests) return;
    if (kind !== "unavailable" && kind !== "limited") throw refusal;
    if (this.#failures === 0) this.#since = Date.now();
    if (Date.now() - this.#since > longestOutage) {
      const said = refusal.message;
      throw kind === "limited" ? limited(said) : unreachable(said);
    }
    // what an overloaded server answers is asked again at once, but not for ever
    const isAtOnce = status >= 500 && this.#failures < 3;
    const delay = isAtOnce ? 0 : pollDelay(this.#failures);
    this.#failures++;
    if (delay > 0) await this.#connection.http.pause(delay, this.#connection.http.signal);
  }

  #queue(body: unknown): void {
    const { data } = TryAgain.partial().safeParse(body ?? {});
    const text = queueStates[data?.queue_state ?? ""];
    const reason = data?.queue_state_reason ? `: ${data.queue_state_reason}` : "";
    if (text !== undefined) this.#connection.notice("info", `${text}${reason}`);
  }

  #read(answer: Answer): { result: T } | undefined {
    const { what, message, json } = this.#reading;
    const isMessage = answer.headers.get("content-type")?.includes(PROTOBUF) === true;
    if (isMessage) {
      if (message === undefined) throw unreadable(what, "protobuf that was not asked for");
      return { result: this.#decoded(() => message(answer.bytes)) };
    }
    const value = jsonOf(answer, what) as { type?: unknown; status?: unknown };
    if (value.type === "try_again") {
      this.#queue(value);
      return undefined;
    }
    if (value.status === "complete_metadata") {
      this.#metadataOnly = false;
      return undefined;
    }
    const failure = FailedFuture.safeParse(value).data;
    if (failure !== undefined)
      throw (failure.category === "user" ? refused : failed)(what, failure.error);
    return { result: this.#decoded(() => json(value)) };
  }

  #decoded(read: () => T): T {
    try {
      const result = read();
      this.#connection.movesAgain();
      return result;
    } catch (error) {
      if (error instanceof FtError) throw error;
      throw unreadable(this.#reading.what, error instanceof Error ? error.message : String(error));
    }
  }
}
