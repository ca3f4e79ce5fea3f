// ft completion: the script that makes a shell complete what is typed after ft. A build has the scripts ready.
import { z } from "zod";
import { completionScript, shells } from "../completion/index.ts";
import { type Command, defineCommand } from "../define-command.ts";

/** `all` gives every command once they are all there, this being one. */
export const completion = (all: () => readonly Command[]): Command =>
  defineCommand({
    name: "completion",
    summary: "Print the completion script for a shell",
    arguments: { shell: { about: shells.names().join(", "), choices: shells.names() } },
    options: z.strictObject({}),
    examples: ["ft completion bash", "ft completion zsh", "ft completion fish"],
    run: async ({ arguments: { shell = "" } }, io) => {
      const script = completionScript(shell, all());
      io.show({ shell, script }, () => script.trimEnd());
    },
  });
