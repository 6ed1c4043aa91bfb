import { expect, test } from 'vitest';
import { type EngineOptions, engineSettings, shareOfAccount } from '../../../infra/engine-settings.ts';

test('everything has a default', () => {
  expect(engineSettings({})).toEqual({
    name: 'main',
    maxConcurrency: 250,
    memorySizesMb: [1769, 3538, 10_240],
    driverMemoryMb: 1769,
    timeLimitSeconds: 900,
    readable: [],
    writable: [],
  });
});

test('sizes are put in order; places lose what is not needed to name them', () => {
  const settings = engineSettings({ memorySizes: [3008, 512], readable: ['s3://books/', 'films/new/*', 'reports'] });
  expect(settings.memorySizesMb).toEqual([512, 3008]);
  expect(settings.readable).toEqual(['books', 'films/new', 'reports']);
});

test.each<[EngineOptions, string]>([
  [
    { engineName: 'Main' },
    'engineName is "Main"; it must begin with a lower case letter and have at most 24 lower case letters, digits and dashes, for example "main".',
  ],
  [{ maxConcurrency: 0 }, 'maxConcurrency has 0; it must be a whole number from 1 to 800.'],
  [{ maxConcurrency: 801 }, 'maxConcurrency has 801; it must be a whole number from 1 to 800.'],
  [{ maxConcurrency: 2.5 }, 'maxConcurrency has 2.5; it must be a whole number from 1 to 800.'],
  [{ memorySizes: [] }, 'memorySizes is empty; it must have at least one size in MB, for example [1769].'],
  [{ memorySizes: [1769, 128] }, 'memorySizes has 128 MB; it must be a whole number from 256 to 10240 MB.'],
  [{ memorySizes: [Number.NaN] }, 'memorySizes has NaN MB; it must be a whole number from 256 to 10240 MB.'],
  [{ memorySizes: [1769, 1769] }, 'memorySizes has 1769 twice; each size is a function of its own. Leave one out.'],
  [{ driverMemorySize: 20_000 }, 'driverMemorySize has 20000 MB; it must be a whole number from 256 to 10240 MB.'],
  [{ timeLimitSeconds: 901 }, 'timeLimit has 901 seconds; it must be a whole number from 10 to 900 seconds.'],
  [
    { readable: ['/data'] },
    'readable has "/data"; it must be a bucket or a prefix in one, for example "s3://books" or "s3://books/english/".',
  ],
  [
    { writable: ['s3://out/*/x'] },
    'writable has "s3://out/*/x"; it must be a bucket or a prefix in one, for example "s3://books" or "s3://books/english/".',
  ],
])('%j is refused', (options, message) => {
  expect(() => engineSettings(options)).toThrow(
    expect.objectContaining({ code: 'ENGINE_SETTINGS', fault: 'user', message: `LevinEngine: ${message}` }),
  );
});

test('an application gets a quarter of the account, at least one and at most what a driver can have in flight', () => {
  expect([3, 10, 1_000, 3_200, 3_300, 10_000].map(shareOfAccount)).toEqual([1, 2, 250, 800, 800, 800]);
});
