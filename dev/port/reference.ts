// The Python side: makes fixtures with transformers, and describes a model type. Runs reference/ in the peers'
// environment, which it installs when it is missing. Reads no fixture.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { NamedTensor } from "./blocks.ts";

const file = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** What reference/ says instead of a result. */
export interface Refusal {
  refused: "no specimen" | "unknown to transformers" | "does not build";
  transformers: string;
  /** Model types or specimens of nearly that name. */
  near: string[];
  message: string;
}

export interface Made {
  fixtures: string[];
  seed: number;
  transformers: string;
  torch: string;
}

export interface Described {
  transformers: string;
  /** Files of transformers, in the environment of the peers. */
  configuration: string;
  fields: { name: string; type: string; default: string }[];
  /** The tiny configuration that all below comes from. */
  tiny: Record<string, unknown>;
  /** Why no model could be made with it; nothing below `specimen` is there then. */
  problem: string | null;
  /** Text of a first specimen. */
  specimen: string;
  modelClass?: string;
  source?: string;
  blockPath?: string;
  /** Modules of each block, by path. */
  modules?: { path: string; kind: string }[][];
  /** Of the checkpoint as it is saved. */
  tensors?: NamedTensor[];
}

function peersPython(): string {
  const printed = execFileSync(file("../setup/peers/install.sh"), ["torch"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return path.resolve(printed.toString().trim());
}

function run<Result>(...args: string[]): Result | Refusal {
  const env = {
    ...process.env,
    HF_HUB_OFFLINE: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    TOKENIZERS_PARALLELISM: "false",
    TRANSFORMERS_VERBOSITY: "error",
  };
  const printed = execFileSync(peersPython(), ["-m", "reference", ...args], {
    cwd: file("."),
    env,
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(printed.toString().trim().split("\n").at(-1) ?? "") as Result | Refusal;
}

export const isRefusal = (answer: object): answer is Refusal => "refused" in answer;

/** Makes every fixture of a specimen, each in a folder of `out`. */
export const makeFixtures = (modelType: string, out: string): Made | Refusal =>
  run<Made>("make", modelType, out);

export const describe = (modelType: string): Described | Refusal =>
  run<Described>("describe", modelType);
