// Exact match of an adapter on held-out rows, without decoding: greedy decoding gives an answer exactly if, over the
// answer itself, the likeliest token at each place of it is the answer's. One forward pass for eight rows.
import { readFileSync } from "node:fs";
import { loadModel, type Message, type Model } from "../../../src/index.ts";
import { renderConversation } from "../../../src/text/index.ts";

export interface Scored {
  /** Rows answered exactly, the end of the turn included. */
  right: boolean[];
  /** Mean over the tokens of all answers. */
  loss: number;
}

interface Asked {
  ids: readonly number[];
  /** Places of the answer, up to the token that ends the turn. */
  places: readonly number[];
}

const rowsAtOnce = 8;

export function readConversations(path: string): Message[][] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { messages: Message[] }).messages);
}

function ask({ tokenizer }: Model, messages: readonly Message[]): Asked {
  const { ids, weights } = renderConversation(tokenizer, messages);
  const learned = [...ids.keys()].filter((place) => (weights[place] ?? 0) > 0);
  const end = learned.findLastIndex((place) => tokenizer.stopTokenIds.includes(ids[place] ?? -1));
  return { ids: [...ids], places: learned.slice(0, end + 1) };
}

interface Place {
  best: number;
  /** −log of the probability of what stands there. */
  loss: number;
}

function judge(logits: Float32Array, target: number): Place {
  let best = 0;
  for (let token = 1; token < logits.length; token++)
    if ((logits[token] ?? 0) > (logits[best] ?? 0)) best = token;
  const top = logits[best] ?? 0;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  return { best, loss: Math.log(sum) + top - (logits[target] ?? 0) };
}

function scoreRows(model: Model, rows: readonly Asked[]): Place[][] {
  const longest = Math.max(...rows.map(({ ids }) => ids.length));
  const padded = rows.map(({ ids }) => [...ids, ...Array<number>(longest - ids.length).fill(0)]);
  const { shape, data } = model.forward(padded);
  return rows.map(({ ids, places }, row) =>
    places.map((place) => {
      const start = (row * longest + place - 1) * shape[2];
      return judge(data.subarray(start, start + shape[2]), ids[place] ?? -1);
    }),
  );
}

/** `adapter` as ft or mlx-lm writes it; none: the model untuned. */
export async function evaluateAdapter(
  name: string,
  adapter: string | undefined,
  conversations: readonly Message[][],
): Promise<Scored> {
  const model = await loadModel(name, {
    dtype: "float32",
    ...(adapter !== undefined && { adapter }),
  });
  const asked = conversations.map((messages) => ask(model, messages));
  const judged: Place[][] = [];
  for (let at = 0; at < asked.length; at += rowsAtOnce)
    judged.push(...scoreRows(model, asked.slice(at, at + rowsAtOnce)));
  model.dispose();
  const right = judged.map((places, row) => {
    const { ids = [], places: wanted = [] } = asked[row] ?? {};
    return places.every(({ best }, at) => best === ids[wanted[at] ?? -1]);
  });
  const losses = judged.flat().map(({ loss }) => loss);
  return { right, loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length };
}
