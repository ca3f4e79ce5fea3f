// Queries in WikiSQL's shape over invented tables: one column, perhaps an aggregate, up to two conditions.
import type { Random } from "../../src/core/random.ts";
import { type Column, isNumeric, pick, type Table } from "./tables.ts";

export type Operator = "=" | ">" | "<";
export type Aggregate = "COUNT" | "MAX" | "MIN" | "SUM" | "AVG";

export interface Condition {
  column: Column;
  operator: Operator;
  value: string;
}

export interface Query {
  table: Table;
  column: Column;
  aggregate: Aggregate | undefined;
  conditions: Condition[];
}

const operators: readonly Operator[] = ["=", ">", "<"];

/** Conditions on columns other than the one asked for, on the values that a row has there. */
export function drawConditions(
  random: Random,
  { columns }: Table,
  row: readonly string[],
  asked: Column,
  count: number,
): Condition[] {
  const all = columns.map((column, index) => ({ column, value: row[index] ?? "" }));
  const others = random.shuffled(all.filter(({ column }) => column !== asked));
  return others.slice(0, count).map(({ column, value }) => {
    const operator = isNumeric(column) ? pick(random, operators) : "=";
    return { column, operator, value };
  });
}

export function sqlOf({ table, column, aggregate, conditions }: Query): string {
  const selected = aggregate === undefined ? column.name : `${aggregate} ( ${column.name} )`;
  const where = conditions.map(
    ({ column: of, operator, value }) => `${of.name} ${operator} ${value}`,
  );
  const filter = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  return `SELECT ${selected} FROM ${table.name}${filter}`;
}
