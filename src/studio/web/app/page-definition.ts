// What a page is: data and components that load when it is opened. The next page is one folder and one line in
// pages/index.ts. Navigation, the palette and the shortcuts walk that list.
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";

export type PageComponent = () => Promise<{ Component: ComponentType }>;

export interface PageDefinition {
  /** Where it stands in the order of the work. */
  group: "start" | "data" | "model" | "studio";
  title: string;
  /** One line, for the palette. */
  about: string;
  icon: LucideIcon;
  /** Its letter after g. */
  key: string;
  /** The first is the page's own; more are what belongs to it: `/runs`, `/runs/$id`. */
  routes: readonly [
    { path: string; load: PageComponent },
    ...{ path: string; load: PageComponent }[],
  ];
}

export const definePage = (definition: PageDefinition): PageDefinition => definition;
