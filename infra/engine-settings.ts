import { LevinError } from '../engine/errors/levin-error.ts';
import { DEFAULT_ENGINE, DEFAULT_MAX_CONCURRENCY, ENGINE_NAME, MOST_IN_FLIGHT } from '../engine/types/aws-engine.ts';

/** How an engine is to be made, as far as numbers and names go; what is undefined is by default. */
export interface EngineOptions {
  readonly engineName?: string | undefined;
  readonly maxConcurrency?: number | undefined;
  readonly memorySizes?: readonly number[] | undefined;
  readonly driverMemorySize?: number | undefined;
  readonly timeLimitSeconds?: number | undefined;
  readonly readable?: readonly string[] | undefined;
  readonly writable?: readonly string[] | undefined;
}

/** What an engine is made with: complete, and found right. */
export interface EngineSettings {
  readonly name: string;
  readonly maxConcurrency: number;
  /** Ascending. */
  readonly memorySizesMb: readonly number[];
  readonly driverMemoryMb: number;
  readonly timeLimitSeconds: number;
  /** `bucket` or `bucket/prefix`. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}

/** One, two and (at the most that Lambda has) six processors. */
const DEFAULT_MEMORY_SIZES_MB: readonly number[] = [1769, 3538, 10_240];

/** One whole processor. */
const DEFAULT_DRIVER_MEMORY_MB = 1769;

/** Lambda's longest. */
const MAX_TIME_LIMIT_SECONDS = 900;

/** An attempt is stopped some seconds before the limit, and must have run before. */
const MIN_TIME_LIMIT_SECONDS = 10;

/** A supervisor and a worker of user code do not start in less. */
const MIN_MEMORY_MB = 256;
const MAX_MEMORY_MB = 10_240;

/** S3's rule for names of buckets, and whatever prefix behind it. */
const BUCKET_AND_PREFIX = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^*?]*)?$/;

/** Fails with `ENGINE_SETTINGS`; the message says what was given and what would be right. */
export function engineSettings(options: EngineOptions): EngineSettings {
  const { maxConcurrency = DEFAULT_MAX_CONCURRENCY, timeLimitSeconds = MAX_TIME_LIMIT_SECONDS } = options;
  return {
    name: engineName(options.engineName ?? DEFAULT_ENGINE),
    maxConcurrency: wholeNumber('maxConcurrency', maxConcurrency, { min: 1, max: MOST_IN_FLIGHT }),
    memorySizesMb: memorySizes(options.memorySizes ?? DEFAULT_MEMORY_SIZES_MB),
    driverMemoryMb: memorySize('driverMemorySize', options.driverMemorySize ?? DEFAULT_DRIVER_MEMORY_MB),
    timeLimitSeconds: wholeNumber('timeLimit', timeLimitSeconds, {
      min: MIN_TIME_LIMIT_SECONDS,
      max: MAX_TIME_LIMIT_SECONDS,
      unit: ' seconds',
    }),
    readable: (options.readable ?? []).map((place) => bucketPlace('readable', place)),
    writable: (options.writable ?? []).map((place) => bucketPlace('writable', place)),
  };
}

/** A quarter of what an account may have in flight, so that its other functions live. */
export function shareOfAccount(concurrency: number): number {
  return Math.min(MOST_IN_FLIGHT, Math.max(1, Math.floor(concurrency / 4)));
}

function engineName(name: string): string {
  if (ENGINE_NAME.test(name)) return name;
  throw wrongSetting(
    `engineName is "${name}"; it must begin with a lower case letter and have at most 24 lower case letters, digits and dashes, for example "main".`,
  );
}

function memorySizes(sizes: readonly number[]): readonly number[] {
  if (sizes.length === 0) throw wrongSetting('memorySizes is empty; it must have at least one size in MB, for example [1769].');
  const ascending = sizes.map((size) => memorySize('memorySizes', size)).toSorted((a, b) => a - b);
  const twice = ascending.find((size, i) => size === ascending[i + 1]);
  if (twice !== undefined) throw wrongSetting(`memorySizes has ${twice} twice; each size is a function of its own. Leave one out.`);
  return ascending;
}

function memorySize(name: string, sizeMb: number): number {
  return wholeNumber(name, sizeMb, { min: MIN_MEMORY_MB, max: MAX_MEMORY_MB, unit: ' MB' });
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
}

function wholeNumber(name: string, value: number, { min, max, unit = '' }: Range): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw wrongSetting(`${name} has ${value}${unit}; it must be a whole number from ${min} to ${max}${unit}.`);
}

function bucketPlace(name: string, place: string): string {
  const bare = place.replace(/^s3:\/\//, '').replace(/\/\*?$/, '');
  if (BUCKET_AND_PREFIX.test(bare)) return bare;
  throw wrongSetting(`${name} has "${place}"; it must be a bucket or a prefix in one, for example "s3://books" or "s3://books/english/".`);
}

export function wrongSetting(what: string): LevinError {
  return new LevinError({ code: 'ENGINE_SETTINGS', fault: 'user', message: `LevinEngine: ${what}` });
}
