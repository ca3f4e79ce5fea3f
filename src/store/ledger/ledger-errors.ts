// The errors of paying for calls.
import { FtError } from "../../core/errors.ts";
import { formatDollars } from "../../core/units.ts";

/** Dollars as people read them, of billionths: "$0.0012". */
export function dollars(nano: number): string {
  return formatDollars(nano / 1e9);
}

/** The call was not made: with the most that it may cost, the budget would be overdrawn. */
export class BudgetExhausted extends FtError {
  /** Only for now: calls under way may cost less than is reserved for them. */
  readonly isTemporary: boolean;

  constructor(
    budget: { name: string; cap: number; spent: number; reserved: number },
    most: number,
  ) {
    const { name, cap, spent, reserved } = budget;
    super("FT-LEDGER-001", {
      message:
        `The budget ${name} of ${dollars(cap)} allows no call of up to ${dollars(most)}: ` +
        `${dollars(spent)} is spent, ${dollars(reserved)} reserved for calls that are under way`,
      hint: "Raise the budget and run the same command again: what is paid for is not paid again",
    });
    this.isTemporary = reserved > 0 && spent + most <= cap;
  }
}
