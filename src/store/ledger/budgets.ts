// What may be spent: a cap, what is spent, and what calls under way may still cost. Billionths of a dollar.
// A reservation is taken before a call and given back with its end, so that the cap holds for many workers at once.
import type { Database } from "../store.ts";
import { BudgetExhausted } from "./ledger-errors.ts";

export interface Budget {
  name: string;
  /** null: counted, not limited. */
  cap: number | null;
  spent: number;
  reserved: number;
}

/** Makes a budget or changes its cap; what is spent stays. */
export async function setBudget(db: Database, name: string, cap: number | null): Promise<void> {
  await db
    .insertInto("budgets")
    .values({ name, cap })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ cap }))
    .execute();
}

export async function readBudget(db: Database, name: string): Promise<Budget | undefined> {
  return await db.selectFrom("budgets").selectAll().where("name", "=", name).executeTakeFirst();
}

/** Sets `most` aside in each budget. Throws BudgetExhausted, with nothing set aside, where one has not so much left. */
export async function reserve(db: Database, names: readonly string[], most: number): Promise<void> {
  for (const name of names) {
    const { cap = null, spent = 0, reserved = 0 } = (await readBudget(db, name)) ?? {};
    if (cap !== null && spent + reserved + most > cap) {
      throw new BudgetExhausted({ name, cap, spent, reserved }, most);
    }
    await db
      .insertInto("budgets")
      .values({ name, cap, reserved: most })
      .onConflict((conflict) =>
        conflict
          .column("name")
          .doUpdateSet((set) => ({ reserved: set("budgets.reserved", "+", most) })),
      )
      .execute();
  }
}

/** Gives a reservation back and books what was really spent; more than the reservation, if it was more. */
export async function settle(
  db: Database,
  names: readonly string[],
  { reserved, spent }: { reserved: number; spent: number },
): Promise<void> {
  if (names.length === 0) return;
  await db
    .updateTable("budgets")
    .set((set) => ({
      reserved: set("reserved", "-", reserved),
      spent: set("spent", "+", spent),
    }))
    .where("name", "in", names)
    .execute();
}
