// Lines as somebody types them, or as they are piped in, and Ctrl-C between them: it ends what is being answered, else
// the typing.
import { createInterface, type Interface } from "node:readline";

/** Lines that can be brought back with the arrow keys. */
const kept = 1000;

export class Typing {
  readonly #interface: Interface;
  readonly #isTerminal: boolean;
  #answering: AbortController | undefined;

  constructor({ stdin, stdout }: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream }) {
    this.#isTerminal = stdin.isTTY === true && stdout.isTTY === true;
    this.#interface = createInterface({
      input: stdin,
      ...(this.#isTerminal && { output: stdout, historySize: kept }),
      terminal: this.#isTerminal,
    });
    this.#interface.on("SIGINT", () => {
      if (this.#answering === undefined) this.#interface.close();
      else this.#answering.abort();
    });
  }

  /** Each as it comes; asks for the next with `prompt` where somebody types. */
  async *lines(prompt: string): AsyncGenerator<string> {
    this.#interface.setPrompt(prompt);
    if (this.#isTerminal) this.#interface.prompt();
    for await (const line of this.#interface) {
      yield line;
      if (this.#isTerminal) this.#interface.prompt();
    }
  }

  /** Runs work that Ctrl-C ends without ending the typing. */
  async answering<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#answering = new AbortController();
    try {
      return await work(this.#answering.signal);
    } finally {
      this.#answering = undefined;
    }
  }

  close(): void {
    this.#interface.close();
  }
}
