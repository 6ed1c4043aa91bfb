import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { type AwsEngine, driverName, executorName, stackName } from '../engine/types/aws-engine.ts';

export interface TestEngineOptions {
  /** Memory of the executor functions, in MB; default 512. An attempt that runs out of memory gets the next size. */
  readonly memorySizesMb?: readonly number[];
  /** Time limit of the executor functions; default 60,000. */
  readonly timeLimitMs?: number;
  /** Invocations that one application may have in flight; default 2. */
  readonly maxConcurrency?: number;
  /** Time limit of the driver function, which runs submitted applications; default 900,000. */
  readonly driverTimeLimitMs?: number;
}

/** One of an engine's functions, as it is deployed. */
export interface EngineFunction {
  readonly name: string;
  /** What would be zipped. */
  readonly folder: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
}

/** Profiles, sessions and roles of whoever runs the tests. */
export const NOTHING_OF_THE_USER: Readonly<Record<string, string>> = {
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Engines of tests bear this name: `aws:test`. */
export const TEST_ENGINE = 'test';

export function testEngine(options: TestEngineOptions): AwsEngine {
  const { memorySizesMb = [512], timeLimitMs = 60_000, maxConcurrency = 2 } = options;
  return {
    name: TEST_ENGINE,
    version: levinPackage().version,
    bucket: stackName(TEST_ENGINE),
    table: stackName(TEST_ENGINE),
    memorySizesMb: memorySizesMb.toSorted((a, b) => a - b),
    timeLimitMs,
    maxConcurrency,
  };
}

/** Sources stand beside `dist`, built code in it. */
const FUNCTIONS = extname(import.meta.url) === '.ts' ? '../dist/functions' : '../functions';
const folderOf = (name: string): string => fileURLToPath(new URL(`${FUNCTIONS}/${name}`, import.meta.url));
const DRIVER_MB = 1769;
const DRIVER_TIME_LIMIT_MS = 900_000;

/** The functions that an engine consists of. */
export function functionsOf(
  engine: AwsEngine,
  { driverTimeLimitMs = DRIVER_TIME_LIMIT_MS }: TestEngineOptions = {},
): readonly EngineFunction[] {
  const executor = { folder: folderOf('executor'), handler: 'executor.handler', timeoutMs: engine.timeLimitMs };
  return [
    ...engine.memorySizesMb.map((memoryMb) => ({ ...executor, name: executorName(engine.name, memoryMb), memoryMb })),
    // Callers learn all about an engine from this one's environment.
    {
      name: driverName(engine.name),
      folder: folderOf('driver'),
      handler: 'driver.handler',
      memoryMb: DRIVER_MB,
      timeoutMs: driverTimeLimitMs,
    },
  ];
}
