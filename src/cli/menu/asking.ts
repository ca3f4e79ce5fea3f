// Questions on a terminal, as the menu asks them. The only file that knows the library underneath (docs/menu.md says why
// this one). Knows no commands.
import { autocomplete, isCancel, log, select, text } from "@clack/prompts";
import type { Io } from "../io.ts";

export interface Item<T> {
  value: T;
  label: string;
  hint?: string;
}

export interface Asker {
  /** One of a list. */
  choose<T>(message: string, items: readonly Item<T>[]): Promise<T>;
  /** One of a long list, found by typing part of it. */
  find<T>(message: string, items: readonly Item<T>[]): Promise<T>;
  /** A line; `problemOf` says what is wrong with it. */
  line(message: string, asked: LineAsked): Promise<string>;
  /** Something to read between questions. */
  tell(message: string): void;
}

export interface LineAsked {
  /** Shown while nothing is typed. */
  placeholder?: string | undefined;
  problemOf(line: string): string | undefined;
}

/** Thrown by every question that Ctrl-C, or Escape, is the answer to. */
export class MenuLeft extends RangeError {}

const shownItems = 12;

/** Asks on the terminal of `io`; what commands print goes to stdout, questions do not. */
export function terminalAsker(io: Io): Asker {
  const { input, output } = io.terminal;
  const answered = async <T>(question: Promise<T | symbol>): Promise<T> => {
    const answer = await question;
    if (isCancel(answer)) throw new MenuLeft("left");
    return answer as T;
  };
  // Values go by their place: the library's types want to know what kind they are.
  const places = <T>(items: readonly Item<T>[]) =>
    items.map(({ label, hint }, value) => ({ value, label, ...(hint !== undefined && { hint }) }));
  const shared = { input, output, maxItems: shownItems };
  return {
    choose: async (message, items) => {
      const place = await answered<number>(select({ ...shared, message, options: places(items) }));
      return (items[place] as (typeof items)[number]).value;
    },
    find: async (message, items) => {
      const options = places(items);
      const validate = (place: unknown): string | undefined =>
        typeof place === "number" ? undefined : "Nothing is called so";
      const place = await answered<number>(
        autocomplete({ ...shared, message, options, validate, placeholder: "type to search" }),
      );
      return (items[place] as (typeof items)[number]).value;
    },
    line: async (message, { placeholder, problemOf }) =>
      await answered<string>(
        text({
          input,
          output,
          message,
          ...(placeholder !== undefined && { placeholder }),
          validate: (line) => problemOf(line ?? ""),
        }),
      ),
    tell: (message) => log.message(message, { output }),
  };
}
