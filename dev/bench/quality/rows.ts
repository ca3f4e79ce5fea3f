// Rows of the two tasks on which tuned adapters are compared, from a seed: a short order into JSON, and a customer's
// message under one of eight labels. No held-out row is a training row: about half of the orders name goods that training never
// named, and every message is put in a way that training never put it.
//   node --import tsx dev/bench/quality/rows.ts FOLDER   (writes a folder for each task: train, valid and test.jsonl)
import { mkdirSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { Random } from "../../../src/core/random.ts";
import { pick } from "../../datasets/tables.ts";
import { labels, openings, phrases, things } from "./messages.ts";

interface Example {
  note: string;
  answer: string;
}

interface Task {
  system: string;
  /** Held-out rows have words that no training row has. */
  draw: (random: Random, isHeldOut: boolean) => Example;
}

const trainingRows = 640;
const heldOutRows = 120;
const validationRows = 24;

const numbers = [
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const goods = [
  ...[
    "green tea",
    "rye bread",
    "oat milk",
    "goat cheese",
    "sea salt",
    "plum jam",
    "rice flour",
    "olive oil",
  ],
  ...[
    "white candles",
    "wool socks",
    "paper bags",
    "garden gloves",
    "blue ink",
    "brown sugar",
    "black pepper",
  ],
  ...[
    "lemon soap",
    "corn flakes",
    "apple juice",
    "wood glue",
    "copper wire",
    "dried figs",
    "red lentils",
  ],
];
const newGoods = [
  ...[
    "birch syrup",
    "peanut butter",
    "tin buckets",
    "cotton towels",
    "ginger biscuits",
    "beeswax",
    "mint tea",
  ],
  ...[
    "soy sauce",
    "brass hooks",
    "linen napkins",
    "pear cider",
    "dog food",
    "light bulbs",
    "chalk",
  ],
];
const orderForms: readonly ((count: string, item: string, when: string) => string)[] = [
  (count, item, when) => `please put aside ${count} ${item} for ${when}`,
  (count, item, when) => `for ${when} I would need ${count} ${item}`,
  (count, item, when) => `could I get ${count} ${item}? I come by on ${when}`,
  (count, item, when) => `${count} ${item}, to be collected ${when}, thanks`,
  (count, item, when) =>
    `we are out of ${item}, send ${count} on ${when.replace(" at", " before")}`,
];

/** In digits, in letters, or as people count. */
function drawCount(random: Random): { words: string; count: number } {
  const special = [
    { words: "a dozen", count: 12 },
    { words: "a pair of", count: 2 },
  ];
  if (random.next() < 0.2) return pick(random, special);
  const count = 2 + random.integer(11);
  return { words: random.next() < 0.5 ? String(count) : (numbers[count - 1] ?? ""), count };
}

function drawOrder(random: Random, isHeldOut: boolean): Example {
  const item = pick(random, isHeldOut && random.next() < 0.5 ? newGoods : goods);
  const { words, count } = drawCount(random);
  const day = pick(random, weekdays);
  const hour = 1 + random.integer(12);
  const note = pick(random, orderForms)(words, item, `${day} at ${numbers[hour - 1]}`);
  return {
    note,
    answer: JSON.stringify({ item, count, day: day.slice(0, 3).toLowerCase(), hour }),
  };
}

function drawMessage(random: Random, isHeldOut: boolean): Example {
  const label = pick(random, labels);
  const phrase = pick(random, phrases[label][isHeldOut ? "heldOut" : "training"]);
  const note = `${pick(random, openings)}${phrase.replace("*", pick(random, things))}`;
  return { note, answer: label };
}

export const tasks: Readonly<Record<string, Task>> = {
  labels: { system: "Sort.", draw: drawMessage },
  orders: { system: "Order to JSON.", draw: drawOrder },
};

function drawDistinct(count: number, draw: () => Example, known: Set<string>): Example[] {
  const found: Example[] = [];
  while (found.length < count) {
    const example = draw();
    if (known.has(example.note)) continue;
    known.add(example.note);
    found.push(example);
  }
  return found;
}

function asRow({ system }: Task, { note, answer }: Example): string {
  const messages = [
    { role: "system", content: system },
    { role: "user", content: note },
    { role: "assistant", content: answer },
  ];
  return JSON.stringify({ messages });
}

/** Writes the files of every task into `folder`. */
export function writeRows(folder: string): void {
  for (const [name, task] of Object.entries(tasks)) {
    const random = Random.fromSeed(1).split(name);
    const known = new Set<string>();
    const files = {
      train: drawDistinct(trainingRows, () => task.draw(random, false), known),
      valid: drawDistinct(validationRows, () => task.draw(random, true), known),
      test: drawDistinct(heldOutRows, () => task.draw(random, true), known),
    };
    mkdirSync(`${folder}/${name}`, { recursive: true });
    for (const [file, examples] of Object.entries(files)) {
      const text = examples.map((example) => `${asRow(task, example)}\n`).join("");
      writeFileSync(`${folder}/${name}/${file}.jsonl`, text);
    }
  }
}

if (import.meta.filename === argv[1]) writeRows(argv[2] ?? ".local/quality/rows");
