// The script for bash. Runs in 3.2 too, which a Mac has: no associative arrays, no mapfile.
import {
  type CompletionWords,
  firstWords,
  flagsByValue,
  quoted,
  secondWords,
  type Value,
} from "./words.ts";

const list = (words: readonly string[]): string => quoted(words.join("\n"));

function assignment(value: Value): string {
  if (value.kind === "words") return `words=${list(value.words)}`;
  return value.kind === "path" ? "words= paths=yes" : "words=";
}

function commandBranch({ words, flags, operands }: CompletionWords["commands"][number]): string {
  const spellings = flags.flatMap((flag) => flag.spellings);
  const values = flagsByValue(flags).map(
    (each) => `        ${each.spellings.join("|")}) ${assignment(each.value)}; return ;;`,
  );
  return [
    `    ${quoted(words)})`,
    `      case "$before" in`,
    ...values,
    "      esac",
    `      case "$now" in`,
    `        -*) words=${list(spellings)} ;;`,
    `        *) ${assignment(operands)} ;;`,
    "      esac ;;",
  ].join("\n");
}

const names = (of: readonly { name: string }[]): string => list(of.map(({ name }) => name));

export function bashScript(from: CompletionWords): string {
  const groups = from.groups.map(
    ({ name }) => `    ${quoted(name)}) words=${names(secondWords(from, name))} ;;`,
  );
  return `# Completion of ft for bash. In ~/.bashrc:  eval "$(ft completion bash)"

# Sets words, of which one may stand next, and paths where a path may.
_ft_words() {
  case "$command" in
    '') words=${names([...firstWords(from), { name: "--help" }, { name: "--version" }])} ;;
    help) words=${names(firstWords(from))} ;;
${groups.join("\n")}
${from.commands.map(commandBranch).join("\n")}
  esac
}

_ft() {
  local now before command words paths word single rest IFS=$'\\n'
  now=\${COMP_WORDS[COMP_CWORD]}
  before=\${COMP_WORDS[COMP_CWORD-1]}
  # Bash takes --option=value for three words.
  if [ "$now" = = ]; then now=
  elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  command= words= paths=
  single=${list(firstWords(from).flatMap(({ name }) => (from.groups.some((group) => group.name === name) ? [] : [name])))}
  if [ "$COMP_CWORD" -gt 1 ]; then
    command=\${COMP_WORDS[1]}
    case $'\\n'"$single"$'\\n' in
      *$'\\n'"$command"$'\\n'*) ;;
      *) if [ "$COMP_CWORD" -gt 2 ]; then command="$command \${COMP_WORDS[2]}"; fi ;;
    esac
  fi
  _ft_words
  COMPREPLY=($(compgen -W "$words" -- "$now"))
  if [ -n "$paths" ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$now"))
  fi
}

complete -F _ft ft
`;
}
