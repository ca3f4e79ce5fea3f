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

/** Conditions on columns other than the one asked for, where one is, on the values that a row has there. */
export function drawConditions(
  random: Random,
  { columns }: Table,
  row: readonly string[],
  asked: Column | undefined,
  count: number,
): Condition[] {
  const all = columns.map((column, index) => ({ column, value: row[index] ?? "" }));
  const others = random.shuffled(all.filter(({ column }) => column !== asked));
  return others.slice(0, count).map(({ column, value }) => {
    const operator = isNumeric(column) ? pick(random, operators) : "=";
    return { column, operator, value };
  });
}

export function conditionSql({ column, operator, value }: Condition): string {
  return `${column.name} ${operator} ${value}`;
}

/** What a query asks for: the column, under its aggregate where it has one. */
export function selectedSql({ column, aggregate }: Query): string {
  return aggregate === undefined ? column.name : `${aggregate} ( ${column.name} )`;
}

export function sqlOf(query: Query): string {
  const { table, conditions } = query;
  const where = conditions.map(conditionSql);
  const filter = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  return `SELECT ${selectedSql(query)} FROM ${table.name}${filter}`;
}
