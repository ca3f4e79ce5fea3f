// What was found in files, gathered: counted without end, told up to a number.
import { shellWord } from "../../../core/shell.ts";
import { type FaultCode, faultOf, type Severity } from "../catalogue.ts";
import type { Profile, Sighting } from "../profile.ts";

export interface Finding {
  code: FaultCode;
  file: string;
  /** From 1; null for what is true of the file as a whole. */
  line: number | null;
  /** Path in the row; empty for the row or file as a whole. */
  field: string;
  message: string;
  hint: string;
  fixable: boolean;
}

/** Of errors and of warnings, each. */
const toldAtMost = 10_000;

export class Findings {
  readonly errors: Finding[] = [];
  readonly warnings: Finding[] = [];
  readonly counts = new Map<FaultCode, number>();
  readonly #profile: Profile;
  readonly #name: string;
  #errorCount = 0;
  #warningCount = 0;

  /** `name` is the profile's own. */
  constructor(profile: Profile, name: string) {
    this.#profile = profile;
    this.#name = name;
  }

  get errorCount(): number {
    return this.#errorCount;
  }

  /** Found and not told. */
  get leftOut(): number {
    return this.#errorCount + this.#warningCount - this.errors.length - this.warnings.length;
  }

  severity(code: FaultCode): Severity {
    return this.#profile.severity[code] ?? faultOf(code).severity;
  }

  add(file: string, line: number | null, { code, field, message, fixable = true }: Sighting): void {
    const severity = this.severity(code);
    if (severity === "off") return;
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    const isFixable = faultOf(code).fixable === true && fixable;
    const list = severity === "error" ? this.errors : this.warnings;
    if (severity === "error") this.#errorCount++;
    else this.#warningCount++;
    if (list.length < toldAtMost)
      list.push({
        code,
        file,
        line,
        field,
        message,
        hint: this.#hint(code, file, isFixable),
        fixable: isFixable,
      });
  }

  #hint(code: FaultCode, file: string, isFixable: boolean): string {
    if (isFixable) return `ft data fix ${shellWord(file)} -o OUT --profile ${this.#name}`;
    return faultOf(code).fixable === true ? "edit the file" : faultOf(code).hint;
  }
}
