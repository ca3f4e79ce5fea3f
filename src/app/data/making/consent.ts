// Whether documents may go to where the provider is: named on the command line, or allowed once in answer to a question
// that names the service, the files and their sizes.
import type { ReadSource } from "../../../synth/sources/report.ts";
import type { ChosenProvider } from "./choose-provider.ts";
import { notAllowed } from "./making-errors.ts";

/** What would leave this machine. */
export interface Leaving {
  provider: string;
  host: string;
  sources: readonly Pick<ReadSource, "source" | "characters">[];
}

/** Throws UsageError FT-MAKE-010 where the answer is no. */
export async function requireConsent(
  { provider, isNamed }: ChosenProvider,
  sources: Leaving["sources"],
  ask: (leaving: Leaving) => Promise<boolean>,
): Promise<void> {
  const { name, leavesTo: host } = provider;
  if (host === undefined || isNamed || sources.length === 0) return;
  const leaving = { provider: name, host, sources };
  if (!(await ask(leaving))) throw notAllowed(leaving);
}
