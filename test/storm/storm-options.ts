/** How a storm is asked for. */
export interface StormOptions {
  /** All chance comes from it. */
  readonly seed: string;
  /** Orders that are to end with a video. */
  readonly jobs: number;
  /** After this no new order is placed. */
  readonly minutes: number;
}

/** Names of the variables through which `run.ts` hands the options on. */
export const STORM_VARIABLES = { seed: 'STORM_SEED', jobs: 'STORM_JOBS', minutes: 'STORM_MINUTES' } as const;

/** @throws Error when the suite was started without `npm run test:storm` */
export function stormOptions(): StormOptions {
  const { seed, jobs, minutes } = STORM_VARIABLES;
  return { seed: read(seed), jobs: Number(read(jobs)), minutes: Number(read(minutes)) };
}

function read(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: start the storm with npm run test:storm`);
  return value;
}
