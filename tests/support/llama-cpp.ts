// llama.cpp as tests drive it, through node-llama-cpp, which dev/setup/peers/node.sh installs outside the project's
// dependencies. The part of it that is used is declared here.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Sequence {
  evaluate(
    tokens: readonly number[],
    options: { temperature: number; yieldEogToken: boolean },
  ): AsyncIterable<number>;
  controlledEvaluate(
    tokens: readonly (readonly [number, { generateNext: { token: true } }])[],
  ): Promise<readonly ({ next: { token?: number | null } } | undefined)[]>;
}

interface Context {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}

interface Model {
  tokenize(text: string): number[];
  createContext(options: object): Promise<Context>;
  dispose(): Promise<void>;
}

interface Library {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
}

export interface LlamaAnswers {
  /** Ids of a text, without what frames it. */
  ids(text: string): number[];
  /** The likeliest next tokens, one after another; with an adapter's file on the model where one is given. */
  greedy(prompt: readonly number[], count: number, adapter?: string): Promise<number[]>;
  /** The likeliest token behind each position. */
  tops(ids: readonly number[]): Promise<number[]>;
}

let library: Promise<{ loadModel(options: object): Promise<Model> }> | undefined;

/** Opened once: it listens for the end of the process. */
async function opened(folder: string): Promise<{ loadModel(options: object): Promise<Model> }> {
  const found = createRequire(join(folder, "package.json")).resolve("node-llama-cpp");
  const { getLlama } = (await import(pathToFileURL(found).href)) as Library;
  return await getLlama({ gpu: false, build: "never", logLevel: "error" });
}

/** Runs `use` with the model in `file`; `folder` is where the library is installed. */
export async function withLlama<T>(
  folder: string,
  file: string,
  use: (answers: LlamaAnswers) => Promise<T>,
): Promise<T> {
  library ??= opened(folder);
  const llama = await library;
  const model = await llama.loadModel({ modelPath: file });
  const inContext = async <R>(more: object, work: (sequence: Sequence) => Promise<R>) => {
    // what it keeps of a text is halves unless it is asked for more
    const precise = { experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32" };
    const options = { contextSize: 256, threads: 2, ...precise, ...more };
    const context = await model.createContext(options);
    try {
      return await work(context.getSequence());
    } finally {
      await context.dispose();
    }
  };
  try {
    return await use({
      ids: (text) => model.tokenize(text).map(Number),
      greedy: (prompt, count, adapter) =>
        inContext(
          adapter === undefined ? {} : { lora: { adapters: [{ filePath: adapter, scale: 1 }] } },
          async (sequence) => {
            const made: number[] = [];
            const options = { temperature: 0, yieldEogToken: true };
            for await (const token of sequence.evaluate(prompt, options))
              if (made.push(Number(token)) === count) break;
            return made;
          },
        ),
      tops: (ids) =>
        inContext({}, async (sequence) => {
          const asked = ids.map((id) => [id, { generateNext: { token: true } }] as const);
          const answers = await sequence.controlledEvaluate(asked);
          return answers.map((answer) => Number(answer?.next.token ?? -1));
        }),
    });
  } finally {
    await model.dispose();
  }
}
