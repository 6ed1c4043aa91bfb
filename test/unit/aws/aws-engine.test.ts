import { expect, test } from 'vitest';
import {
  type AwsEngine,
  DEFAULT_ENGINE,
  driverName,
  ENGINE_NAME,
  engineEnvironment,
  executorName,
  readAwsEngine,
  stackName,
} from '../../../engine/types/aws-engine.ts';

const ENGINE: AwsEngine = {
  name: 'main',
  version: '1.2.3',
  bucket: 'levin-main-objects',
  table: 'levin-main',
  memorySizesMb: [1769, 3538],
  timeLimitMs: 900_000,
  maxConcurrency: 250,
};

const VARIABLES = {
  LEVIN_ENGINE: 'main',
  LEVIN_VERSION: '1.2.3',
  LEVIN_BUCKET: 'levin-main-objects',
  LEVIN_TABLE: 'levin-main',
  LEVIN_MEMORY_SIZES_MB: '1769,3538',
  LEVIN_TIME_LIMIT_MS: '900000',
  LEVIN_MAX_CONCURRENCY: '250',
};

test('an engine is what the environment of its functions says', () => {
  expect(engineEnvironment(ENGINE)).toEqual(VARIABLES);
  expect(readAwsEngine(VARIABLES)).toEqual(ENGINE);
  expect(readAwsEngine({ ...VARIABLES, LEVIN_MEMORY_SIZES_MB: '3538,1769' })).toEqual(ENGINE);
});

test('a driver has 800 invocations in flight at most, whatever the engine allows', () => {
  expect([800, 801, 10_000].map((n) => readAwsEngine({ ...VARIABLES, LEVIN_MAX_CONCURRENCY: String(n) }).maxConcurrency)).toEqual([
    800, 800, 800,
  ]);
});

test('what is missing or no number is named', () => {
  const remedy = 'Deploy the engine again; do not change its functions by hand.';
  expect(() => readAwsEngine({ ...VARIABLES, LEVIN_TABLE: undefined })).toThrow(
    `The function is not one of a levin engine as it was deployed: it has no environment variable LEVIN_TABLE. ${remedy}`,
  );
  expect(() => readAwsEngine({ ...VARIABLES, LEVIN_MEMORY_SIZES_MB: '1769,much' })).toThrow(
    `The function is not one of a levin engine as it was deployed: its environment variable LEVIN_MEMORY_SIZES_MB is "1769,much", where whole numbers above 0 must stand. ${remedy}`,
  );
});

test('names of what is deployed begin with the engine’s', () => {
  expect(ENGINE_NAME.test(DEFAULT_ENGINE)).toBe(true);
  expect(ENGINE_NAME.test('Main')).toBe(false);
  expect([stackName('main'), driverName('main'), executorName('main', 1769)]).toEqual([
    'levin-main',
    'levin-main-driver',
    'levin-main-executor-1769',
  ]);
});
