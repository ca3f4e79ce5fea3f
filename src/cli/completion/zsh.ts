// The script for zsh: for a file _ft in its fpath, or read where zsh begins.
import {
  type CompletedGroup,
  type CompletionWords,
  firstWords,
  quoted,
  secondWords,
  type Value,
} from "./words.ts";

/** Text in a specification of _arguments or _describe, where colons and brackets end parts. */
const plain = (text: string): string => text.replace(/[\\:[\]]/g, "\\$&");

function action(value: Value): string {
  if (value.kind === "path") return ":path:_files";
  if (value.kind !== "words") return ":value: ";
  return `:value:(${value.words.map((word) => word.replace(/[\\\s:()'"]/g, "\\$&")).join(" ")})`;
}

function commandBranch({ words, flags, operands }: CompletionWords["commands"][number]): string {
  const specs = flags.flatMap(({ spellings, about, value }) =>
    spellings.map((spelling) => {
      const takes = value.kind === "none" ? "" : action(value);
      const form = value.kind !== "none" && spelling.startsWith("--") ? "=" : "";
      return quoted(`*${spelling}${form}[${plain(about)}]${takes}`);
    }),
  );
  const rest = operands.kind === "none" ? [] : [quoted(`*${action(operands)}`)];
  const lines = [...specs, ...rest].map((spec) => `        ${spec}`);
  return `    ${quoted(words)})\n      _arguments -s -S : \\\n${lines.join(" \\\n")} ;;`;
}

const described = (words: readonly CompletedGroup[]): string =>
  words.map(({ name, about }) => quoted(`${plain(name)}:${plain(about)}`)).join(" ");

export function zshScript(from: CompletionWords): string {
  const single = from.commands.filter(({ words }) => !words.includes(" "));
  const groups = from.groups.map(
    ({ name }) =>
      `    ${quoted(name)}) next=(${described(secondWords(from, name))}); _describe command next ;;`,
  );
  return `#compdef ft
# Completion of ft for zsh. In ~/.zshrc, after compinit:  eval "$(ft completion zsh)"

_ft() {
  local command= depth=0
  local -a next
  if (( CURRENT > 2 )); then
    command=\${words[2]} depth=1
    case $command in
      help|${single.map(({ words }) => words).join("|")}) ;;
      *) if (( CURRENT > 3 )); then command="$command \${words[3]}" depth=2; fi ;;
    esac
  fi
  # What follows sees the words of its command alone.
  words=("$command" "\${(@)words[depth+2,-1]}")
  (( CURRENT -= depth ))
  case $command in
    '') next=(${described(firstWords(from))}); _describe command next ;;
    help) next=(${described(firstWords(from))}); _describe command next ;;
${groups.join("\n")}
${from.commands.map(commandBranch).join("\n")}
  esac
}

if [ "$funcstack[1]" = _ft ]; then _ft "$@"; else compdef _ft ft; fi
`;
}
