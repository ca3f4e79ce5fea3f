// What would be public for ever once it is committed: keys, tokens and passwords, and files that hold them.
import { isSecretFile, secretsIn } from "../../src/core/secrets.ts";
import type { Repository, Rule } from "./repository.ts";

/** Named like files with secrets: settings of npm, an example, and sources that tell of secrets. */
const harmless = /(^|\/)(\.npmrc|\.env\.example)$|\.(ts|md)$/;

/** Passwords of servers that tests invent, and the key that Amazon prints in its manual. */
const isInvented = (file: string, kind: string, text: string): boolean =>
  (file.startsWith("tests/") && kind === "an address with a password") || text.includes("EXAMPLE");

function secretLines({ text }: Repository, file: string): string[] {
  const whole = text(file);
  return secretsIn(whole, new Map())
    .filter(({ kind, at }) => !isInvented(file, kind, whole.slice(at, at + 40)))
    .map(({ kind, at }) => `${file}:${whole.slice(0, at).split("\n").length}: ${kind}`);
}

export const noSecrets: Rule = {
  name: "no key, token, password or file that holds some is committed",
  check: (repository: Repository) => [
    ...repository.files.filter((file) => isSecretFile(file) && !harmless.test(file)),
    ...repository.files.flatMap((file) => secretLines(repository, file)),
  ],
};
