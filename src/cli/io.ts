// What a command talks to: data on stdout, talk on stderr, in the form the user asked for.
// Never ends the process; main.ts does.
import { createInterface } from "node:readline/promises";
import type { FtError } from "../core/errors.ts";
import { createLogger, logLevelFrom, redact, setLogger } from "../core/logger.ts";
import type { Environment } from "../core/paths.ts";
import { visibleJson, visibleText } from "../core/visible-text.ts";
import { documentText } from "./shown.ts";
import { Typing } from "./typing.ts";

export interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  stdin: NodeJS.ReadStream;
}

export interface OutputMode {
  json: boolean;
  quiet: boolean;
  verbose: boolean;
}

export class Io {
  readonly mode: OutputMode;
  readonly environment: Environment;
  readonly #streams: Streams;
  #abort: AbortController | undefined;
  /** What the first Ctrl-C is answered with. */
  interruptNote = "Stopping in order; press Ctrl-C again to stop at once.";
  /** How a failure is told on stdout when `--json` was asked for; commands that stream events replace it. */
  tellFailure: (error: FtError) => void;

  constructor(mode: OutputMode, streams: Streams, environment: Environment) {
    this.mode = mode;
    this.environment = environment;
    this.#streams = streams;
    const level = mode.verbose
      ? "debug"
      : mode.quiet
        ? "error"
        : logLevelFrom(environment["FT_LOG"] ?? environment["LOG_LEVEL"]);
    setLogger(createLogger({ level, stream: streams.stderr }));
    this.tellFailure = (error) => this.document({ error: failureDocument(error) });
  }

  /** Whether stderr is a terminal that may be redrawn. */
  get interactive(): boolean {
    return this.#streams.stderr.isTTY === true && this.environment["TERM"] !== "dumb";
  }

  /** Whether results on stdout may be colored. */
  get colorOut(): boolean {
    return this.#streams.stdout.isTTY === true && !this.environment["NO_COLOR"];
  }

  /** Columns of the terminal that results go to; undefined where that is none. */
  get terminalWidth(): number | undefined {
    const { stdout } = this.#streams;
    return stdout.isTTY === true ? stdout.columns : undefined;
  }

  /** Whether somebody can be asked. */
  get canAsk(): boolean {
    return this.#streams.stdin.isTTY === true;
  }

  /** Asks for a yes on the terminal; without one, the answer is no. */
  async confirm(question: string): Promise<boolean> {
    const { stdin, stderr } = this.#streams;
    if (stdin.isTTY !== true) return false;
    const asking = createInterface({ input: stdin, output: stderr });
    try {
      return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
    } finally {
      asking.close();
    }
  }

  /** Where questions are asked and answered. */
  get terminal(): { input: NodeJS.ReadStream; output: NodeJS.WriteStream } {
    return { input: this.#streams.stdin, output: this.#streams.stderr };
  }

  /** What is typed, line by line; to be closed at the end. */
  typing(): Typing {
    return new Typing(this.#streams);
  }

  get width(): number {
    return this.#streams.stderr.columns ?? 80;
  }

  /** Text as the command's result. */
  print(text: string): void {
    this.#streams.stdout.write(`${text}\n`);
  }

  /** Text as it comes, for example of a model that is writing: on a terminal without what would steer that. */
  printPart(text: string): void {
    const { stdout } = this.#streams;
    stdout.write(stdout.isTTY === true ? visibleText(text) : text);
  }

  /** One JSON value on one line. */
  line(value: unknown): void {
    this.#streams.stdout.write(`${visibleJson(JSON.stringify(value))}\n`);
  }

  /** One JSON document. */
  document(value: unknown): void {
    this.#streams.stdout.write(documentText(value));
  }

  /** The result as JSON when asked for, else as text. */
  show(value: unknown, text: () => string): void {
    if (this.mode.json) this.document(value);
    else this.print(text());
  }

  /** Talk: silent with `--quiet` and with `--json`. */
  note(text: string): void {
    if (!this.mode.quiet && !this.mode.json) this.talk(text);
  }

  /** Talk that is always shown: errors. They quote rows and names, which may hold terminal escapes. */
  talk(text: string): void {
    this.#streams.stderr.write(`${visibleText(redact(text))}\n`);
  }

  /** Writes to the terminal as is: the line that is redrawn. */
  draw(text: string): void {
    this.#streams.stderr.write(text);
  }

  /** A signal that the first Ctrl-C raises; from then on the command must end by itself. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  /** True when a command waits for the signal, so that Ctrl-C is its business. */
  get interruptible(): boolean {
    return this.#abort !== undefined;
  }

  get wasInterrupted(): boolean {
    return this.#abort?.signal.aborted ?? false;
  }

  interrupt(): void {
    this.#abort?.abort();
  }

  /** What is piped in; undefined on a terminal. */
  get piped(): AsyncIterable<Uint8Array> | undefined {
    const { stdin } = this.#streams;
    return stdin.isTTY === true ? undefined : (stdin as AsyncIterable<Uint8Array>);
  }

  /** All that is piped in, as text; undefined on a terminal. */
  async pipedText(): Promise<string | undefined> {
    if (this.piped === undefined) return undefined;
    const parts: Uint8Array[] = [];
    for await (const part of this.piped) parts.push(part);
    return Buffer.concat(parts).toString("utf8");
  }
}

/** An error as machines read it. */
export function failureDocument(error: FtError): Record<string, unknown> {
  return {
    code: error.code,
    message: redact(error.message),
    hint: error.hint ?? null,
    problems: error.problems.map(redact),
  };
}
