// What the three programs are told, in common: one cell of the table is a task, a program and a seed. Runs nothing.
export const tools = ["ft", "mlx-lm", "PEFT"] as const;
export type Tool = (typeof tools)[number];
export const seeds = [1, 2, 3] as const;

export interface Cell {
  task: string;
  tool: Tool;
  seed: number;
}

/** As the Python programs read it. */
export interface Job {
  model: string;
  /** Folder with train.jsonl and valid.jsonl. */
  data: string;
  /** Folder to write, in mlx-lm's format. */
  adapter: string;
  seed: number;
  steps: number;
  /** Steps over which the rate rises; a half cosine falls from there to zero. */
  warmup: number;
  batch: number;
  rate: number;
  rank: number;
  alpha: number;
  targets: readonly string[];
  /** No row has more tokens; mlx-lm pads to it. */
  maxLength: number;
}

export const common = {
  steps: 40,
  warmup: 4,
  batch: 8,
  rate: 1e-3,
  rank: 8,
  alpha: 16,
  targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
} as const;

export const maxLengths: Readonly<Record<string, number>> = { orders: 60, labels: 40 };

export const nameOf = ({ task, tool, seed }: Cell): string => `${task}-${tool}-${seed}`;
