import { LevinError } from '../errors/levin-error.ts';

/** An engine that is deployed on AWS, as the environment of each of its functions describes it. */
export interface AwsEngine {
  /** `main` unless its owner called it otherwise. */
  readonly name: string;
  /** Of the package that it was deployed from. */
  readonly version: string;
  /** Bucket of levin's own objects. */
  readonly bucket: string;
  /** Table of its metadata. */
  readonly table: string;
  /** Executor functions there are, ascending. */
  readonly memorySizesMb: readonly number[];
  /** Time limit of the executor functions. */
  readonly timeLimitMs: number;
  /** Invocations of executors that one application may have in flight, at most `MOST_IN_FLIGHT`. */
  readonly maxConcurrency: number;
}

/**
 * However much an engine's owner allows: an invocation is a socket, and a function has 1,024 files and sockets, of which the driver's lease, journal
 * and objects need some, too.
 */
export const MOST_IN_FLIGHT = 800;

/** A quarter of what a new account may have in flight once it has AWS's default quota of 1,000: the owner's other functions live, too. */
export const DEFAULT_MAX_CONCURRENCY = 250;

/** Names of the environment variables that describe an engine: all of its functions have them. */
export const ENGINE_ENV: Readonly<Record<keyof AwsEngine, string>> = {
  name: 'LEVIN_ENGINE',
  version: 'LEVIN_VERSION',
  bucket: 'LEVIN_BUCKET',
  table: 'LEVIN_TABLE',
  /** With commas between them. */
  memorySizesMb: 'LEVIN_MEMORY_SIZES_MB',
  timeLimitMs: 'LEVIN_TIME_LIMIT_MS',
  maxConcurrency: 'LEVIN_MAX_CONCURRENCY',
};

/** `yes` on all functions of an engine that is emulated on this machine: paths of the user are those of the machine. Else there are no local paths. */
export const LOCAL_FILES_ENV: string = 'LEVIN_LOCAL_FILES';

/** Lower case letters, digits and dashes: the name is a part of the names of functions, of the table and of the stack. */
export const ENGINE_NAME: RegExp = /^[a-z][a-z0-9-]{0,23}$/;

export const DEFAULT_ENGINE = 'main';

/** `levin-main`: the CloudFormation stack, and the table. */
export function stackName(engine: string): string {
  return `levin-${engine}`;
}

/** `levin-main-executor-1769` */
export function executorName(engine: string, memoryMb: number): string {
  return `${stackName(engine)}-executor-${memoryMb}`;
}

/** `levin-main-driver`: a caller who knows an engine's name learns all the rest from this function's environment. */
export function driverName(engine: string): string {
  return `${stackName(engine)}-driver`;
}

/** The variables that describe an engine to its functions. */
export function engineEnvironment(engine: AwsEngine): Readonly<Record<string, string>> {
  const entries = Object.entries(ENGINE_ENV) as [keyof AwsEngine, string][];
  return Object.fromEntries(entries.map(([key, variable]) => [variable, String(engine[key])]));
}

/** Reads what `engineEnvironment` wrote; fails with `FUNCTION_ENVIRONMENT` when something is missing or is no number. */
export function readAwsEngine(env: Readonly<Record<string, string | undefined>>): AwsEngine {
  const text = (key: keyof AwsEngine): string => {
    const value = env[ENGINE_ENV[key]];
    if (value !== undefined && value !== '') return value;
    throw broken(`it has no environment variable ${ENGINE_ENV[key]}`);
  };
  const positive = (key: keyof AwsEngine, value: string): number => {
    if (/^[1-9]\d*$/.test(value)) return Number(value);
    throw broken(`its environment variable ${ENGINE_ENV[key]} is "${text(key)}", where whole numbers above 0 must stand`);
  };
  return {
    name: text('name'),
    version: text('version'),
    bucket: text('bucket'),
    table: text('table'),
    memorySizesMb: text('memorySizesMb')
      .split(',')
      .map((size) => positive('memorySizesMb', size))
      .toSorted((a, b) => a - b),
    timeLimitMs: positive('timeLimitMs', text('timeLimitMs')),
    maxConcurrency: Math.min(MOST_IN_FLIGHT, positive('maxConcurrency', text('maxConcurrency'))),
  };
}

function broken(what: string): LevinError {
  return new LevinError({
    code: 'FUNCTION_ENVIRONMENT',
    fault: 'user',
    message: `The function is not one of a levin engine as it was deployed: ${what}. Deploy the engine again; do not change its functions by hand.`,
  });
}
