// What a form of rows is that a person edits, in a spreadsheet or a text editor, and gives back.

export type EditedObject = Readonly<Record<string, unknown>>;

export interface EditedRow {
  /** From 1, where the row begins. */
  line: number;
  value: EditedObject;
}

/** What cannot be read, by its line. */
export interface EditedProblem {
  line: number;
  problem: string;
}

export interface EditedForm {
  /** Texts that make the file. `rows` gives the rows again each time it is asked. */
  write(rows: () => AsyncIterable<EditedObject>): AsyncIterable<string>;
  /** `formerOf` gives the row of an id before it was edited, where there is one. */
  read(
    path: string,
    formerOf: (id: string) => EditedObject | undefined,
  ): AsyncIterable<EditedRow | EditedProblem>;
}
