// The script for fish.
import {
  type CompletedFlag,
  type CompletionWords,
  firstWords,
  secondWords,
  type Value,
} from "./words.ts";

const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** What stands after: -x lets no path in, -F does, -r needs one. */
function taking(value: Value): string {
  if (value.kind === "none") return "";
  if (value.kind === "words") return ` -xa ${quoted(value.words.join(" "))}`;
  return value.kind === "path" ? " -rF" : " -x";
}

function spelled(spelling: string): string {
  return spelling.startsWith("--") ? `-l ${spelling.slice(2)}` : `-s ${spelling.slice(1)}`;
}

const flagLine = (at: string, { spellings, about, value }: CompletedFlag): string =>
  `complete -c ft -n ${at} ${spellings.map(spelled).join(" ")}${taking(value)} -d ${quoted(about)}`;

function commandLines({ words, flags, operands }: CompletionWords["commands"][number]): string[] {
  const at = quoted(`__ft_at ${words}`);
  const own =
    operands.kind === "path" || operands.kind === "words"
      ? [`complete -c ft -n ${at}${operands.kind === "path" ? " -F" : taking(operands)}`]
      : [];
  return [...own, ...flags.map((flag) => flagLine(at, flag))];
}

export function fishScript(from: CompletionWords): string {
  const line = (at: string, name: string, about: string): string =>
    `complete -c ft -n ${quoted(at)} -a ${quoted(name)} -d ${quoted(about)}`;
  const first = firstWords(from).flatMap(({ name, about }) => [
    line("__ft_first", name, about),
    line("__ft_first help", name, about),
  ]);
  const second = from.groups.flatMap((group) =>
    secondWords(from, group.name).map(({ name, about }) =>
      line(`__ft_first ${group.name}`, name, about),
    ),
  );
  return `# Completion of ft for fish:  ft completion fish > ~/.config/fish/completions/ft.fish

# Whether these words, and no more, stand after ft.
function __ft_first
    set -l said (commandline -opc)
    test "$said[2..]" = "$argv"
end

# Whether the command is the one of these words.
function __ft_at
    set -l said (commandline -opc)
    set -l last (math (count $argv) + 1)
    test (count $said) -ge $last; and test "$said[2..$last]" = "$argv"
end

complete -c ft -f
${[...first, ...second, ...from.commands.flatMap(commandLines)].join("\n")}
`;
}
