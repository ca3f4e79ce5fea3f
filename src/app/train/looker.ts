// Looks at runs before they start, in a process of its own: started with the first look, ended when nobody has asked for a
// while. One look at a time; of those that wait, whoever has gone is passed over.
import { FtError } from "../../core/errors.ts";
import { unpackError } from "../../core/packed-errors.ts";
import { supervise } from "../../core/supervisor.ts";
import type { FromLooker, LookName, Looks, ToLooker } from "./looker-messages.ts";

/** Milliseconds without a question after which the process ends. */
const patience = 120_000;

type Asks<Name extends LookName> = Looks[Name]["asked"];
type Tells<Name extends LookName> = Looks[Name]["told"];

interface Asked {
  request: Omit<ToLooker, "id">;
  signal: AbortSignal;
  resolve(told: never): void;
  reject(error: unknown): void;
}

interface Process {
  say(said: ToLooker): void;
  stop(): void;
}

export class Looker {
  readonly #waiting: Asked[] = [];
  #asked: Asked | undefined;
  #id = 0;
  #process: Process | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** @throws what checking the run throws; AbortError for whoever has gone before its turn; FtError FT-RUN-015 */
  async look(asked: Asks<"look">, signal: AbortSignal): Promise<Tells<"look">> {
    return await this.#ask("look", asked, signal);
  }

  /** In which forms a model can be written. @throws as `look`, but what is wrong with a form is told. */
  async forms(asked: Asks<"forms">, signal: AbortSignal): Promise<Tells<"forms">> {
    return await this.#ask("forms", asked, signal);
  }

  async #ask<Name extends LookName>(
    what: Name,
    asked: Asks<Name>,
    signal: AbortSignal,
  ): Promise<Tells<Name>> {
    signal.throwIfAborted();
    return await new Promise<Tells<Name>>((resolve, reject) => {
      const request = { what, asked };
      this.#waiting.push({ request, signal, resolve: resolve as Asked["resolve"], reject });
      this.#next();
    });
  }

  /** Ends the process; a look in hand is refused. */
  close(): void {
    clearTimeout(this.#idle);
    this.#process?.stop();
  }

  #next(): void {
    if (this.#asked !== undefined) return;
    const asked = this.#waiting.shift();
    if (asked === undefined) return this.#rest();
    if (asked.signal.aborted) {
      asked.reject(asked.signal.reason);
      return this.#next();
    }
    clearTimeout(this.#idle);
    this.#asked = asked;
    this.#process ??= this.#start();
    this.#process.say({ id: ++this.#id, ...asked.request });
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#process?.stop(), patience);
    this.#idle.unref();
  }

  #hear(told: FromLooker): void {
    if (told.id !== this.#id) return;
    const asked = this.#asked;
    this.#asked = undefined;
    if ("told" in told) asked?.resolve(told.told as never);
    else asked?.reject(unpackError(told.error));
    this.#next();
  }

  #start(): Process {
    const isSource = import.meta.url.endsWith(".ts");
    const stopping = new AbortController();
    let say: (said: unknown) => void = () => undefined;
    const started: Process = { say: (said) => say(said), stop: () => stopping.abort() };
    const ended = supervise({
      entry: new URL(`./looker-process.${isSource ? "ts" : "js"}`, import.meta.url),
      request: null,
      signal: stopping.signal,
      onStarted: (worker) => (say = worker.say),
      onTold: (told) => this.#hear(told as FromLooker),
      onDeath: ({ signal, code }) =>
        new FtError("FT-RUN-015", {
          message: `the preview process ended ${signal === null ? `with code ${code}` : `by ${signal}`}`,
          hint: "it is restarted with the next preview",
        }),
    });
    void ended.then(
      () => this.#ended(started, new FtError("FT-RUN-015", { message: "it was ended" })),
      (error: unknown) => this.#ended(started, error),
    );
    return started;
  }

  #ended(process: Process, error: unknown): void {
    if (this.#process === process) this.#process = undefined;
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.reject(error);
    if (this.#waiting.length > 0) this.#next();
  }
}
