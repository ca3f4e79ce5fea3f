// What a form of rows and a profile of a service are. The next form or profile is one file and one line in its
// registry. Types and what every one of them needs; knows no service by name.
import type { JsonObject, Role } from "../../text/types.ts";
import type { DatasetRecord } from "../records/record.ts";
import type { FaultCode, Severity } from "./catalogue.ts";

/** What a form has no place for: of a record that is written, or of a row that is read. */
export interface Loss {
  /** Path in the record, as `messages[1].weight`. */
  readonly field: string;
  readonly why: string;
}

export type Projection =
  | { readonly row: JsonObject; readonly losses: readonly Loss[] }
  | { readonly refused: Loss };

/** A message in the spelling of chats (role, content, tool_calls, …), and how its row calls these. */
export interface SeenMessage {
  /** Path in the row, as `contents[1]`. */
  readonly at: string;
  readonly value: JsonObject;
  /** Names in the row, below `at`; the name in chats where none is given. */
  readonly names?: Readonly<Record<string, string>>;
  /** The role as the row has it; absent where the row says it by a field's name, or not at all. */
  readonly wasRole?: string;
}

/** Something found in a row, before it is known how bad that is for a profile. */
export interface Sighting {
  readonly code: FaultCode;
  readonly field: string;
  readonly message: string;
  /** False where this one cannot be mended although others of its code can. */
  readonly fixable?: boolean;
}

/** A row as rules and readers look at it, whatever its form. */
export interface SeenRow {
  readonly messages: readonly SeenMessage[];
  /** Of a preference: the two answers, better one first. */
  readonly answers?: readonly [readonly SeenMessage[], readonly SeenMessage[]];
  /** What a grader compares answers with; of a record, its last message. */
  readonly reference?: SeenMessage;
  readonly tools?: { readonly at: string; readonly value: unknown };
  /** Other fields that belong to the row, kept as they are. */
  readonly rest?: JsonObject;
  /** What the row says otherwise than a record does. */
  readonly losses?: readonly Loss[];
  /** What is wrong with the row itself. With an error among them messages may be missing. */
  readonly sightings: readonly Sighting[];
}

export interface ProjectOptions {
  /** The line that the row will have, from 1: an id that says the same needs no place. */
  readonly line: number;
  /** The line that it has where it comes from: a record whose id is that number has no id of its own to lose. */
  readonly sourceLine?: number;
  /** Also id, source and meta, as fields of the row, if the format allows extra fields. */
  readonly keepsSource: boolean;
}

export interface RowForm {
  readonly about: string;
  /** Fields that the form knows. */
  readonly keys: readonly string[];
  /** Whoever reads the form leaves other fields alone. */
  readonly allowsOthers: boolean;
  /** Whether a row claims this form, however badly it then keeps it. */
  detect(row: JsonObject): boolean;
  see(row: JsonObject): SeenRow;
  project(record: DatasetRecord, options: ProjectOptions): Projection;
}

/** Keys of messages by role, where a service refuses others. */
export type MessageKeys = Readonly<Record<Role, readonly string[]>>;

export interface Profile {
  readonly about: string;
  /** In this order for writing: the first that takes the record. Rows may be in any, all of a file in one. */
  readonly forms: readonly RowForm[];
  /** Roles, as rows have them. */
  readonly roles: readonly string[];
  /** What is judged otherwise than the catalogue says. */
  readonly severity: Partial<Record<FaultCode, Severity>>;
  readonly messageKeys?: MessageKeys;
  /** Roles that may follow a role; without it, any. */
  readonly order?: Readonly<Record<Role, readonly Role[]>>;
  readonly callId?: {
    readonly form?: RegExp;
    /** An id of that form which another one always becomes. */
    readonly rename?: (id: string) => string;
    /** Calls of the last message may come without one: nothing answers them. */
    readonly lastMayLack?: boolean;
  };
  /** Media types of images taken; without it images are refused. */
  readonly imageTypes?: readonly string[];
  /** Files of it are listed in a dataset_info.json beside them. */
  readonly hasDatasetInfo?: boolean;
  /** A row over the limit of tokens is cut at its end rather than refused. */
  readonly cutsAtEnd?: boolean;
}
