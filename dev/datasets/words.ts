// The words that generated data is made of, by what they can stand for. One list a file beside this one.
import { readFileSync } from "node:fs";

function words(name: string): string[] {
  const text = readFileSync(new URL(`./words/${name}.txt`, import.meta.url), "utf8");
  return [...new Set(text.split(/\s+/).map((word) => word.replaceAll("_", "")))].filter(Boolean);
}

/** Names of tables: plural nouns. */
export const tableNames = words("plurals");
/** Names of columns: nouns that name no table. */
export const columnNames = words("nouns").filter((noun) => !tableNames.includes(noun));
export const people = words("people");
export const places = words("places");
export const qualities = words("qualities");
export const verbs = words("verbs");

const named = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

const numeric =
  named(`age height weight width length depth size price cost salary income budget profit
revenue value score rank grade level points goals wins losses games speed power capacity volume distance
duration rating votes population area elevation temperature rainfall humidity pressure hour minute week
quantity amount total balance rate percent share margin discount tax fee fare rent wage bonus pension loan
debt deposit credit seat mileage range memory storage calories protein fat sugar salt fiber wind mass
density voltage current resistance frequency wavelength charge angle radius diameter perimeter surface
attendance audience viewers readers listeners subscribers followers downloads sales copies pages chapters
words lines verses scenes episodes seasons tracks tempo pitch tuition enrollment staff dose pulse
latitude longitude altitude acidity alcohol bitterness sweetness thickness hardness brightness contrast
saturation opacity resolution bandwidth latency throughput uptime torque horsepower acceleration payload
wingspan tonnage displacement thrust drag lift emissions efficiency lifespan litter overtime laps`);
const yearly = named("year season edition semester vintage");
const ofPeople =
  named(`author publisher editor coach captain sponsor teacher employer artist director
producer actor driver pilot passenger vendor supplier customer client owner tenant guest member leader
manager founder president mayor governor minister king queen referee opponent winner loser champion hero
villain doctor nurse patient lawyer judge officer victim witness suspect candidate astronaut curator
father mother parent child son daughter brother sister uncle aunt cousin nephew niece husband wife friend
neighbor partner rival enemy stranger name nickname surname`);
const ofPlaces = named(`city country address street district region state province continent origin
destination capital airport harbor port town village county island coast border birthplace location
hometown stadium college school bridge station`);

export type ColumnKind = "number" | "year" | "person" | "place" | "quality";

/** What a column of this name holds. */
export function kindOf(column: string): ColumnKind {
  if (yearly.has(column)) return "year";
  if (numeric.has(column)) return "number";
  if (ofPeople.has(column)) return "person";
  return ofPlaces.has(column) ? "place" : "quality";
}

/** Round numbers that occur as values beside 0 to 99. */
export const roundNumbers = Array.from({ length: 39 }, (_, index) => 100 + 50 * index);
export const firstYear = 1950;
export const lastYear = 2029;

/** Every number that occurs as a value: 0 to 99, round ones, years. */
export const numberWords: readonly string[] = [
  ...Array.from({ length: 100 }, (_, number) => number),
  ...roundNumbers,
  ...Array.from({ length: lastYear - firstYear + 1 }, (_, year) => firstYear + year),
].map(String);
/** Every text that occurs as a value, quoted as in SQL. */
export const quotedWords: readonly string[] = [...people, ...places, ...qualities].map(
  (word) => `'${word}'`,
);
