// ft data menu: the commands of the group, asked for one question at a time. Each is run by the command line it shows.
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { type Command, defineCommand } from "../define-command.ts";

function noTerminal(commands: readonly Command[]): UsageError {
  return new UsageError("FT-USAGE-016", {
    message: "The menu needs a terminal; each of its entries is a command:",
    problems: commands.map(({ name, summary }) => `ft ${name}: ${summary}`),
    hint: "ft data --help",
  });
}

/** `all` gives every command once they are all there, the menu being one; entries are those that have a section. */
export const dataMenu = (all: () => readonly Command[]): Command =>
  defineCommand({
    name: "data menu",
    summary: "Choose a command, answer its questions, see its command line, run it",
    options: z.strictObject({}),
    examples: ["ft data menu"],
    run: async (_, io) => {
      const commands = all().filter(({ section }) => section !== undefined);
      if (!io.canAsk || !io.interactive || io.mode.json) throw noTerminal(commands);
      const { terminalAsker } = await import("../menu/asking.ts");
      const { runMenu } = await import("../menu/menu.ts");
      return await runMenu({ io, asker: terminalAsker(io), commands });
    },
  });
