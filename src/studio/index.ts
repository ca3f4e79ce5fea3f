// The surface of studio/.
export { type RunningStudio, startStudio, type StudioOptions } from "./server.ts";
