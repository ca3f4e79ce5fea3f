// The programs that the table compares, each a process that reads a job and prints what it measured.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Measured {
  /** Wall clock of all steps, the first included; without loading and tokenizing. */
  seconds: number;
  /** As MLX counts, or resident where PyTorch counts nothing. */
  peakBytes: number;
  losses: number[];
}

export interface Program {
  name: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export function ftProgram(folder: string): Program {
  return {
    name: "ft",
    command: [process.execPath, "--import", "tsx", file("ft-train.ts")],
    env: { FT_HOME: `${folder}/home`, TMPDIR: folder },
  };
}

export function productsProgram(): Program {
  return {
    name: "products",
    command: [process.execPath, "--import", "tsx", file("products.ts")],
    env: {},
  };
}

/** With a fast BLAS in the place of its wheel's; undefined where there is no such Python. */
export function mlxProgram(python: string, preload: string | undefined, threads: number): Program {
  const blas = preload === undefined ? {} : { LD_PRELOAD: preload };
  const env = { OPENBLAS_NUM_THREADS: String(threads), ...blas };
  return { name: "mlx-lm", command: [python, file("mlx_lm_train.py")], env };
}

export function peftProgram(python: string): Program {
  return { name: "PEFT", command: [python, file("peft_train.py")], env: { OMP_NUM_THREADS: "2" } };
}

export function run({ name, command, env }: Program, jobFile: string): Measured {
  const [program = "", ...rest] = command;
  const ended = spawnSync(program, [...rest, jobFile], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (ended.status !== 0)
    throw new Error(
      `${name} ended with ${ended.status ?? ended.signal}:\n${ended.stderr.slice(-2000)}`,
    );
  return JSON.parse(ended.stdout.trim().split("\n").at(-1) ?? "") as Measured;
}

/** Names and versions of what a Python has, for the record. */
export function versionsOf(python: string): string {
  const code =
    "import importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in ('mlx','mlx-lm','torch','transformers','peft')))";
  const { stdout } = spawnSync(python, ["-c", code], { encoding: "utf8" });
  return stdout.trim();
}

export const isProgram = (path: string): boolean => existsSync(path) && statSync(path).isFile();
