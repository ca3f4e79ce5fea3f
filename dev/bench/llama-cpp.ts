// llama.cpp as the benchmark of decoding drives it: found by its folder, since it is no dependency of the project.
// Its own types are not here; the part that is used is declared.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath, pathToFileURL } from "node:url";

interface Sequence {
  evaluate(tokens: readonly number[], options: { temperature: number }): AsyncIterable<number>;
  clearHistory(): Promise<void>;
}

interface Peer {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      tokenize(text: string): number[];
      createContext(options: object): Promise<{ getSequence(): Sequence }>;
    }>;
  }>;
}

/** Installs it where it is not yet; undefined where that fails, the reason being on stderr. */
export function installedPeer(): string | undefined {
  const script = fileURLToPath(new URL("../setup/peers/node.sh", import.meta.url));
  const { status, stdout } = spawnSync(script, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return status === 0 ? stdout.trim() : undefined;
}

export interface Speed {
  /** Tokens a second. */
  clock: number;
  /** Tokens for a second of one core of this process. */
  processor: number;
}

/** What is slow is measured on fewer tokens. */
const longestSeconds = 15;

/** How fast tokens come after the first; `stop` is called after `most`, or when it takes too long. */
export async function afterFirst(
  tokens: AsyncIterable<unknown>,
  stop: () => void,
  most = Number.POSITIVE_INFINITY,
): Promise<Speed> {
  let [count, first, used] = [0, 0, process.cpuUsage()];
  for await (const _ of tokens) {
    if (++count === 1) [first, used] = [performance.now(), process.cpuUsage()];
    if (count >= most) break;
    if (count > 1 && performance.now() - first > longestSeconds * 1000) stop();
  }
  const { user, system } = process.cpuUsage(used);
  return {
    clock: ((count - 1) / (performance.now() - first)) * 1000,
    processor: (count - 1) / ((user + system) / 1e6),
  };
}

export interface OpenPeer {
  /** Of greedy decoding after the first token. */
  speed(prompt: string, tokens: number): Promise<Speed>;
}

export async function openPeer(folder: string, model: string, threads: number): Promise<OpenPeer> {
  const found = createRequire(join(folder, "package.json")).resolve("node-llama-cpp");
  const { getLlama } = (await import(pathToFileURL(found).href)) as Peer;
  const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
  const loaded = await llama.loadModel({ modelPath: model });
  const context = await loaded.createContext({ contextSize: 512, threads });
  const sequence = context.getSequence();
  return {
    async speed(prompt, tokens) {
      await sequence.clearHistory();
      const written = sequence.evaluate(loaded.tokenize(prompt), { temperature: 0 });
      return await afterFirst(written, () => undefined, tokens);
    },
  };
}
