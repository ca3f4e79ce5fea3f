// Queries in WikiSQL's shape over invented tables: one column, perhaps an aggregate, up to two conditions.
import type { Random } from "../../src/core/random.ts";
import { type Column, drawValue, isNumeric, pick, type Table } from "./tables.ts";

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

function drawCondition(random: Random, column: Column): Condition {
  const operator = isNumeric(column) ? pick(random, operators) : "=";
  return { column, operator, value: drawValue(random, column) };
}

/** Conditions on columns other than the one asked for. */
export function drawConditions(
  random: Random,
  table: Table,
  asked: Column,
  count: number,
): Condition[] {
  const others = random.shuffled(table.columns.filter((column) => column !== asked));
  return others.slice(0, count).map((column) => drawCondition(random, column));
}

export function sqlOf({ table, column, aggregate, conditions }: Query): string {
  const selected = aggregate === undefined ? column.name : `${aggregate} ( ${column.name} )`;
  const where = conditions.map(
    ({ column: of, operator, value }) => `${of.name} ${operator} ${value}`,
  );
  const filter = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  return `SELECT ${selected} FROM ${table.name}${filter}`;
}
