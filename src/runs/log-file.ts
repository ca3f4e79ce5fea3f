// Where a run's events are, and in which version of their form: for whoever reads them without looking at each field.

export const EVENTS_FILE = "events.jsonl";

/** Raised when the meaning of a field of an event changes or one is taken away. */
export const EVENT_SCHEMA_VERSION = 1;
