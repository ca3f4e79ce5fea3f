// What a criterion is: a name in reports, a title, and the file of prompts that says when a row is good by it. Types only.

export interface Criterion {
  /** As reports and people read it. */
  readonly title: string;
  /** In folders of prompts, without `.md`: what it asks, for a person to edit. */
  readonly prompt: string;
}
