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
  text: string;
  special: boolean;
  spans: boolean;
}

type Answer = { encoded: Encoded } | { error: string };

/** No text takes this long; a worker that died would otherwise hold the program for ever. */
const patienceMilliseconds = 120_000;

// A string, because a worker's file would need its own place in the build and TypeScript in the worker.
const program = `
const { workerData } = require("node:worker_threads");
const { Tokenizer } = require(workerData.library);
const signal = new Int32Array(workerData.signal);
const { port } = workerData;
let tokenizer;
async function answer({ text, special, spans }) {
  tokenizer ??= Tokenizer.fromString(workerData.definition);
  const encoding = await tokenizer.encode(text, null, { addSpecialTokens: special });
  const offsets = spans ? encoding.getOffsets().flat() : [];
  return { ids: Int32Array.from(encoding.getIds()), spans: Int32Array.from(offsets) };
}
port.on("message", async (request) => {
  let reply;
  try { reply = { encoded: await answer(request) }; } catch (error) { reply = { error: String(error) }; }
  port.postMessage(reply);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
`;

/** One worker for one tokenizer, started by the first text. It never keeps the process alive. */
export class TokenizerEngine {
  readonly #definition: string;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #port: MessagePort | undefined;

  /** `definition` is the text of a tokenizer.json. */
  constructor(definition: string) {
    this.#definition = definition;
  }

  encode(request: Request): Encoded {
    this.#port ??= this.#start();
    Atomics.store(this.#signal, 0, 0);
    this.#port.postMessage(request);
    let outcome = "ok";
    // A wake-up can be the one of the answer before, come late: only the signal tells that this one is there.
    while (outcome !== "timed-out" && Atomics.load(this.#signal, 0) === 0)
      outcome = Atomics.wait(this.#signal, 0, 0, patienceMilliseconds);
    const answer = receiveMessageOnPort(this.#port)?.message as Answer | undefined;
    if (answer !== undefined && "encoded" in answer) return answer.encoded;
    // The next text gets a fresh worker: a late answer must not be taken for its own.
    this.#port.close();
    this.#port = undefined;
    const reason = answer === undefined ? `no answer (${outcome})` : answer.error;
    throw new NativeError("FT-NATIVE-020", {
      message: `the tokenizer could not encode a text of ${request.text.length} characters: ${reason}`,
      hint: "npm install puts the tokenizers library in place again",
    });
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
