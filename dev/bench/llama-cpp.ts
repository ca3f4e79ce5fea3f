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

export interface OpenPeer {
  /** Tokens a second of greedy decoding after the first token. */
  speed(prompt: string, tokens: number): Promise<number>;
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
      let [count, first] = [0, 0];
      for await (const _ of sequence.evaluate(loaded.tokenize(prompt), { temperature: 0 })) {
        if (++count === 1) first = performance.now();
        if (count === tokens) break;
      }
      return ((count - 1) / (performance.now() - first)) * 1000;
    },
  };
}
