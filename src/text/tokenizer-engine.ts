// The Rust tokenizers library behind a synchronous face: it encodes only through promises, so it runs in a
// worker thread and the caller sleeps until the answer is there. Not the tokenizer's meaning: see tokenizer.ts.
import { createRequire } from "node:module";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { NativeError } from "../core/errors.ts";

/** Ids, and when asked for, the code-point span of each as start, end, start, end, … */
export interface Encoded {
  ids: Int32Array;
  spans: Int32Array;
}

interface Request {
  texts: readonly string[];
  /** Whether to add what the tokenizer's post-processor adds. */
  special: boolean;
  spans: boolean;
}

/** Waits for the answer, in the order of the texts. */
export type Answer = () => Encoded[];

type Reply = { ticket: number } & ({ encoded: Encoded[] } | { error: string });

/** No text takes this long; a worker that died would otherwise hold the program for ever. */
const patienceMilliseconds = 120_000;

// A string, because a worker's file would need its own place in the build and TypeScript in the worker.
const program = `
const { workerData } = require("node:worker_threads");
const { Tokenizer } = require(workerData.library);
const signal = new Int32Array(workerData.signal);
const { port } = workerData;
let tokenizer;
function spansOf(encoding) {
  const offsets = encoding.getOffsets();
  const spans = new Int32Array(2 * offsets.length);
  for (let at = 0; at < offsets.length; at++) {
    const span = offsets[at];
    spans[2 * at] = span[0];
    spans[2 * at + 1] = span[1];
  }
  return spans;
}
async function answer({ texts, special, spans }) {
  tokenizer ??= Tokenizer.fromString(workerData.definition);
  const encodings = await tokenizer.encodeBatch(texts, { addSpecialTokens: special });
  return encodings.map((encoding) => ({
    ids: Int32Array.from(encoding.getIds()),
    spans: spans ? spansOf(encoding) : new Int32Array(),
  }));
}
port.on("message", async ({ ticket, request }) => {
  let reply;
  try { reply = { encoded: await answer(request) }; } catch (error) { reply = { error: String(error) }; }
  port.postMessage({ ticket, ...reply });
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
});
`;

/** One worker for one tokenizer, started by the first text. It never keeps the process alive. */
export class TokenizerEngine {
  readonly #definition: string;
  /** Counts replies: only a reply that is sent raises it. */
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #arrived = new Map<number, Reply>();
  #port: MessagePort | undefined;
  #tickets = 0;

  /** `definition` is the text of a tokenizer.json. */
  constructor(definition: string) {
    this.#definition = definition;
  }

  /** Ids of one text. Throws NativeError FT-NATIVE-020. */
  encode({ text, ...options }: Omit<Request, "texts"> & { text: string }): Encoded {
    const [encoded] = this.submit({ texts: [text], ...options })();
    return encoded ?? { ids: new Int32Array(), spans: new Int32Array() };
  }

  /** Starts encoding; the function handed back waits for the result and throws NativeError FT-NATIVE-020. */
  submit(request: Request): Answer {
    this.#port ??= this.#start();
    const port = this.#port;
    const ticket = this.#tickets++;
    port.postMessage({ ticket, request });
    return () => this.#answer(port, ticket, request);
  }

  #answer(port: MessagePort, ticket: number, request: Request): Encoded[] {
    const reply = this.#wait(port, ticket);
    if (reply !== undefined && "encoded" in reply) return reply.encoded;
    const { texts, ...options } = request;
    // One bad text fails its whole lot: alone, it is told as itself.
    if (reply !== undefined && texts.length > 1)
      return texts.map((text) => this.encode({ text, ...options }));
    // The next text gets a fresh worker: this one may never answer again.
    if (reply === undefined && this.#port === port) {
      port.close();
      this.#port = undefined;
    }
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    throw new NativeError("FT-NATIVE-020", {
      message: `the tokenizer could not encode a text of ${length} characters: ${reply?.error ?? "no answer"}`,
      hint: "npm install puts the tokenizers library in place again",
    });
  }

  /** The reply to `ticket`; those that come before it are kept. Undefined when none comes. */
  #wait(port: MessagePort, ticket: number): Reply | undefined {
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      for (let one = receiveMessageOnPort(port); one; one = receiveMessageOnPort(port)) {
        const reply = one.message as Reply;
        this.#arrived.set(reply.ticket, reply);
      }
      const reply = this.#arrived.get(ticket);
      this.#arrived.delete(ticket);
      if (reply !== undefined) return reply;
      const outcome = Atomics.wait(this.#signal, 0, seen, patienceMilliseconds);
      if (outcome === "timed-out") return undefined;
    }
  }

  #start(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const workerData = {
      library: createRequire(import.meta.url).resolve("tokenizers"),
      definition: this.#definition,
      signal: this.#signal.buffer,
      port: port2,
    };
    const options = { eval: true, workerData, transferList: [port2], execArgv: [] };
    new Worker(program, options).unref();
    port1.unref();
    return port1;
  }
}
