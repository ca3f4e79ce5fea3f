// What one step from a form of the store to the next is.

export interface Migration {
  /** A word for the step, for messages. */
  name: string;
  /** Run in one transaction with the new number. Never changed once it is out: stores have run it. */
  sql: string;
  /** The same tables in Postgres. */
  postgres: string;
}
