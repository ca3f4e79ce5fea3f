// What the search index holds, told to those who write it and those who read it.

export interface Entry {
  id: number;
  /** Of the heading, from the site's root. */
  address: string;
  title: string;
  page: string;
  text: string;
}

export const searchOptions = {
  fields: ["title", "page", "text"],
  storeFields: ["address", "title", "page"],
};
