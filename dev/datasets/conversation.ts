// Generates the conversational set: several turns about small tasks, some rows opened by a system message.
// The facts a person tells (name, town) are asked for again later, so that earlier turns matter.
import { Random } from "../../src/core/random.ts";
import { distinctTasks, drawTask, type Task } from "./general-tasks.ts";
import { pick } from "./tables.ts";
import { cities } from "./themes.ts";
import { people } from "./words.ts";

export const conversationSeed = 13;

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ChatRow {
  messages: ChatMessage[];
}

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });

const systemMessages = [
  "You are a helpful assistant. Answer briefly.",
  "Be friendly and exact.",
  "You help people with numbers, dates and lists.",
];

function taskTurns({ instruction, input, output }: Task): ChatMessage[] {
  return [user(input === "" ? instruction : `${instruction}\n${input}`), assistant(output)];
}

function introduction(random: Random): { opening: ChatMessage[]; recall: ChatMessage[] } {
  const [name, place] = [pick(random, people), pick(random, cities)];
  const opening = pick(random, [
    [
      user(`Hello, I am ${name} from ${place}.`),
      assistant(`Hello ${name}! What can I do for you?`),
    ],
    [
      user(`Hi! My name is ${name} and I live in ${place}.`),
      assistant(`Nice to meet you, ${name}.`),
    ],
  ]);
  const recall = pick(random, [
    [user("Do you remember my name?"), assistant(`Yes, your name is ${name}.`)],
    [user("Which city did I name?"), assistant(`You named ${place}.`)],
    [user("Thank you, that is all."), assistant(`You are welcome, ${name}. Goodbye!`)],
  ]);
  return { opening, recall };
}

function conversation(random: Random, task: Task): ChatRow {
  const { opening, recall } = introduction(random);
  const turns =
    random.integer(2) === 0
      ? taskTurns(task)
      : [...taskTurns(task), ...taskTurns(drawTask(random))];
  const system: ChatMessage = { role: "system", content: pick(random, systemMessages) };
  return {
    messages: [
      ...(random.integer(2) === 0 ? [system] : []),
      ...(random.integer(4) === 0 ? turns : [...opening, ...turns, ...recall]),
    ],
  };
}

export function conversationRows(count = 300, seed = conversationSeed): ChatRow[] {
  const random = Random.fromSeed(seed);
  const tasks = distinctTasks(random.split("tasks"), count);
  const turns = random.split("turns");
  return tasks.map((task) => conversation(turns, task));
}
