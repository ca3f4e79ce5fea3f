// What the table of benchmarks trains, as data: shapes of models, rows, what is trained, and the ratios to reach.
// Each workload is one entry; making and running them is job.ts's and run.ts's.

/** Tokens of the rows: all of one length and all learned, or of skewed lengths with an answer at the end. */
export interface RowsSpec {
  count: number;
  length: { every: number } | { least: number; most: number; median: number };
  /** Share of a row's tokens that is learned. */
  learned: number;
}

export interface Workload {
  /** As the table names it. */
  id: string;
  about: string;
  shape: Record<string, number>;
  rows: RowsSpec;
  method: "lora" | "full";
  /** Blocks that train, counted from the last; -1 is all. */
  layers: number;
  batch: number;
  /** Most tokens of a row. */
  maxLength: number;
  epochs: number;
  /** Least times as fast as the peer, and most memory of it. */
  targets: { mlx?: number; peft?: number; memory?: number; products?: number };
}

/** SmolLM-135M's. */
const smol = {
  ...{ hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30 },
  ...{ num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49_152 },
  max_position_embeddings: 8192,
};
const small = {
  ...{ hidden_size: 256, intermediate_size: 688, num_hidden_layers: 4 },
  ...{ num_attention_heads: 4, num_key_value_heads: 4, vocab_size: 4096 },
  max_position_embeddings: 2048,
};

/** Most rows of chat data are short and some are long: log-normal, between 32 and 1,024 tokens. */
const chat = { least: 32, most: 1024, median: 160 };
const full = (count: number, length: number): RowsSpec => {
  return { count, length: { every: length }, learned: 1 };
};
const common = { method: "lora", layers: -1, batch: 4, maxLength: 1024, epochs: 1 } as const;

export const workloads: readonly Workload[] = [
  {
    ...common,
    id: "A",
    about: "SmolLM-135M shape, 4 × 256 full rows, last 16 blocks",
    shape: smol,
    rows: full(24, 257),
    layers: 16,
    maxLength: 257,
    targets: { mlx: 2, peft: 1.2, memory: 0.7, products: 1.15 },
  },
  {
    ...common,
    id: "B",
    about: "the same, all blocks, 400 chat rows of skewed length, 40 % learned",
    shape: smol,
    rows: { count: 400, length: chat, learned: 0.4 },
    targets: { mlx: 3, peft: 2, memory: 0.5 },
  },
  {
    ...common,
    id: "C",
    about: "B with 10 % learned and a vocabulary of 151,936",
    shape: { ...smol, vocab_size: 151_936 },
    rows: { count: 400, length: chat, learned: 0.1 },
    targets: { mlx: 4, peft: 3, memory: 0.3 },
  },
  {
    ...common,
    id: "D",
    about: "four layers, 256 wide, 4 × 128",
    shape: small,
    rows: full(400, 129),
    maxLength: 129,
    targets: { mlx: 2.5, peft: 1.2, memory: 1 },
  },
  {
    ...common,
    id: "E",
    about: "B's rows, last 4 of 30 blocks, 3 epochs",
    shape: smol,
    rows: { count: 400, length: chat, learned: 0.4 },
    layers: 4,
    epochs: 3,
    targets: { mlx: 4, peft: 3 },
  },
  {
    ...common,
    id: "H",
    about: "full fine-tuning, A's shape with 8 blocks",
    shape: { ...smol, num_hidden_layers: 8 },
    rows: full(24, 257),
    method: "full",
    maxLength: 257,
    targets: { mlx: 1.5, peft: 1, memory: 0.8 },
  },
  {
    ...common,
    id: "J",
    about: "1 × 4,096 tokens, last 8 blocks",
    shape: smol,
    rows: full(3, 4097),
    layers: 8,
    batch: 1,
    maxLength: 4097,
    targets: { mlx: 2, peft: 1.5, memory: 0.35 },
  },
];
