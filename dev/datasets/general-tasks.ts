// Small tasks whose answers are computed: units, dates, sorting, counting, arithmetic, rewriting.
// One task a function; the conversational and the instruction set put them into their own forms.
import type { Random } from "../../src/core/random.ts";
import { pick, pickSome } from "./tables.ts";
import { cities } from "./themes.ts";
import { people, qualities, tableNames } from "./words.ts";

/** A request, the material it is about (empty when it needs none) and the right answer. */
export interface Task {
  instruction: string;
  input: string;
  output: string;
}

type TaskMaker = (random: Random) => Task;

const monthNames =
  "January February March April May June July August September October November December".split(
    " ",
  );
const dayNames = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const number = (random: Random, low: number, high: number): number =>
  low + random.integer(high - low + 1);
const byAlphabet = (a: string, b: string): number => (a < b ? -1 : 1);
const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** At most two decimals, without trailing zeros. */
const rounded = (value: number): string => String(Math.round(value * 100) / 100);

const conversions = [
  ["kilometers", "meters", 1000],
  ["hours", "minutes", 60],
  ["kilograms", "grams", 1000],
  ["weeks", "days", 7],
  ["inches", "centimeters", 2.54],
  ["liters", "milliliters", 1000],
  ["miles", "kilometers", 1.609344],
] as const;

const convertUnits: TaskMaker = (random) => {
  const [from, to, factor] = pick(random, conversions);
  const amount = number(random, 2, 60);
  return {
    instruction: `Convert ${amount} ${from} to ${to}.`,
    input: "",
    output: `${amount} ${from} are ${rounded(amount * factor)} ${to}.`,
  };
};

const convertTemperature: TaskMaker = (random) => {
  const celsius = number(random, -20, 45);
  return {
    instruction: `What is ${celsius} degrees Celsius in Fahrenheit?`,
    input: "",
    output: `${celsius} °C is ${rounded((celsius * 9) / 5 + 32)} °F.`,
  };
};

const add: TaskMaker = (random) => {
  const [a, b] = [number(random, 11, 480), number(random, 11, 480)];
  return { instruction: `Add ${a} and ${b}.`, input: "", output: `${a} + ${b} = ${a + b}` };
};

const shareOut: TaskMaker = (random) => {
  const [each, among] = [number(random, 3, 30), number(random, 2, 12)];
  return {
    instruction: `${among} friends share ${each * among} coins evenly. How many does each get?`,
    input: "",
    output: `Each gets ${each} coins, because ${each * among} / ${among} = ${each}.`,
  };
};

const weekday: TaskMaker = (random) => {
  const date = new Date(
    Date.UTC(number(random, 1990, 2030), random.integer(12), number(random, 1, 28)),
  );
  const written = `${date.getUTCDate()} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return {
    instruction: `Which day of the week is ${written}?`,
    input: "",
    output: `${written} is a ${dayNames[date.getUTCDay()]}.`,
  };
};

const addDays: TaskMaker = (random) => {
  const start = Date.UTC(number(random, 1990, 2030), random.integer(12), number(random, 1, 28));
  const days = number(random, 5, 60);
  const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);
  return {
    instruction: `Which date is ${days} days after the given one? Answer as year-month-day.`,
    input: iso(start),
    output: iso(start + days * 86_400_000),
  };
};

const sortWords: TaskMaker = (random) => {
  const words = pickSome(random, tableNames, number(random, 4, 7));
  return {
    instruction: "Sort these words alphabetically.",
    input: words.join(", "),
    output: [...words].sort(byAlphabet).join(", "),
  };
};

const sortNumbers: TaskMaker = (random) => {
  const numbers = Array.from({ length: number(random, 4, 8) }, () => random.integer(500));
  return {
    instruction: "Sort the numbers from largest to smallest.",
    input: numbers.join(", "),
    output: [...numbers].sort((a, b) => b - a).join(", "),
  };
};

const largest: TaskMaker = (random) => {
  const points = pickSome(random, [...Array(1000).keys()], 4);
  const names = pickSome(random, people, 4);
  const scores = points.map((score, index) => ({ name: names[index] ?? "", score }));
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
  return {
    instruction: "Who has the highest score?",
    input: scores.map(({ name, score }) => `${name}: ${score}`).join("\n"),
    output: `${best.name} has the highest score, ${best.score}.`,
  };
};

const countWords: TaskMaker = (random) => {
  const words = pickSome(random, qualities, number(random, 3, 12));
  return {
    instruction: "How many words does the text have?",
    input: words.join(" "),
    output: `The text has ${words.length} words.`,
  };
};

const upperCase: TaskMaker = (random) => {
  const words = pickSome(random, tableNames, 3).join(" ");
  return {
    instruction: "Write the text in capital letters.",
    input: words,
    output: words.toUpperCase(),
  };
};

const workers = ["bakers", "teachers", "sailors", "farmers", "pilots", "students", "guards"];
const things = ["boats", "windows", "carpets", "bottles", "lamps", "bicycles", "books", "apples"];

const passive: TaskMaker = (random) => {
  const [who, what] = [pick(random, workers), pick(random, things)];
  const verb = pick(random, ["painted", "found", "counted", "sold", "washed", "moved", "measured"]);
  return {
    instruction: "Rewrite the sentence in the passive voice.",
    input: `The ${who} ${verb} the ${what}.`,
    output: `The ${what} were ${verb} by the ${who}.`,
  };
};

const asJson: TaskMaker = (random) => {
  const person = {
    name: pick(random, people),
    age: number(random, 18, 80),
    home: pick(random, cities),
  };
  return {
    instruction: "Write the facts as JSON with the keys name, age and home.",
    input: `${person.name} is ${person.age} years old and lives in ${person.home}.`,
    output: JSON.stringify(person),
  };
};

const bulletList: TaskMaker = (random) => {
  const words = pickSome(random, tableNames, number(random, 3, 5)).map(capitalized);
  return {
    instruction: "Turn the list into bullet points.",
    input: words.join("; "),
    output: words.map((word) => `- ${word}`).join("\n"),
  };
};

const removeDuplicates: TaskMaker = (random) => {
  const words = pickSome(random, qualities, 4);
  const repeated = random.shuffled([...words, ...pickSome(random, words, 2)]);
  return {
    instruction: "Remove the repeated words and keep the order of the first ones.",
    input: repeated.join(" "),
    output: [...new Set(repeated)].join(" "),
  };
};

export const taskMakers: readonly TaskMaker[] = [
  convertUnits,
  convertTemperature,
  add,
  shareOut,
  weekday,
  addDays,
  sortWords,
  sortNumbers,
  largest,
  countWords,
  upperCase,
  passive,
  asJson,
  bulletList,
  removeDuplicates,
];

export function drawTask(random: Random): Task {
  return pick(random, taskMakers)(random);
}

/** `count` tasks, no request twice; a stream of `seed` and `name`. */
export function distinctTasks(random: Random, count: number): Task[] {
  const tasks = new Map<string, Task>();
  while (tasks.size < count) {
    const task = drawTask(random);
    tasks.set(`${task.instruction}\n${task.input}`, task);
  }
  return [...tasks.values()];
}
