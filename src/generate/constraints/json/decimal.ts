// Numbers as people write them, in decimal: what a schema's bound says, exactly. Values are compared as the shortest
// decimals that JavaScript prints for them.

export class Decimal {
  readonly isNegative: boolean;
  /** Before the point, without zeros in front but for the only one. */
  readonly whole: string;
  /** Behind the point, without zeros at its end. */
  readonly fraction: string;

  constructor(isNegative: boolean, whole: string, fraction: string) {
    this.whole = whole.replace(/^0+(?=\d)/, "");
    this.fraction = fraction.replace(/0+$/, "");
    this.isNegative = isNegative && !(this.whole === "0" && this.fraction === "");
  }

  get isZero(): boolean {
    return this.whole === "0" && this.fraction === "";
  }

  negated(): Decimal {
    return new Decimal(!this.isNegative && !this.isZero, this.whole, this.fraction);
  }

  /** The number times 10 to the power of `digits`, which must be enough for its fraction. */
  scaled(digits: number): bigint {
    const magnitude = BigInt(this.whole + this.fraction.padEnd(digits, "0"));
    return this.isNegative ? -magnitude : magnitude;
  }

  /** Below 0, 0, above 0: less, equal, more. */
  compare(other: Decimal): number {
    const digits = Math.max(this.fraction.length, other.fraction.length);
    const difference = this.scaled(digits) - other.scaled(digits);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  toString(): string {
    const sign = this.isNegative ? "-" : "";
    return `${sign}${this.whole}${this.fraction === "" ? "" : `.${this.fraction}`}`;
  }
}

/** Of a finite number. */
export function decimal(value: number): Decimal {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  const [, sign, whole = "0", fraction = "", power = "0"] = found ?? [];
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (point <= 0) return new Decimal(sign === "-", "0", "0".repeat(-point) + digits);
  const padded = digits.padEnd(point, "0");
  return new Decimal(sign === "-", padded.slice(0, point), padded.slice(point));
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** Of whole numbers above 0. */
export function leastCommonMultiple(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => (a / greatestCommonDivisor(a, b)) * b, 1n);
}
