import { expect, test } from 'vitest';
import { type DeployOptions, parseDeployOptions } from '../../../infra/deploy-options.ts';

test('texts become what they mean', () => {
  expect(
    parseDeployOptions({
      engineName: 'team',
      maxConcurrency: '500',
      memorySizes: '1769, 3008',
      driverMemorySize: '2048',
      timeLimit: '60',
      architecture: 'x86_64',
      encryption: 'kms',
      kmsKey: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab',
      logRetention: '7',
      readable: 's3://books,s3://films/new/',
      writable: 's3://reports',
    }),
  ).toEqual({
    engineName: 'team',
    maxConcurrency: 500,
    memorySizes: [1769, 3008],
    driverMemorySize: 2048,
    timeLimitSeconds: 60,
    architecture: 'x86_64',
    encryption: 'kms',
    kmsKey: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab',
    logRetentionDays: 7,
    readable: ['s3://books', 's3://films/new/'],
    writable: ['s3://reports'],
  });
});

test.each<[DeployOptions, string]>([
  [{ maxConcurrency: 'many' }, 'maxConcurrency has "many"; it must be a whole number.'],
  [{ maxConcurrency: '-1' }, 'maxConcurrency has "-1"; it must be a whole number.'],
  [{ memorySizes: '1769,' }, 'memorySizes has ""; it must be a whole number.'],
  [{ memorySizes: '64' }, 'memorySizes has 64 MB; it must be a whole number from 256 to 10240 MB.'],
  [{ timeLimit: '15m' }, 'timeLimit has "15m"; it must be a whole number.'],
  [{ architecture: 'arm' }, 'architecture is "arm"; it must be arm64 or x86_64.'],
  [{ encryption: 'none' }, 'encryption is "none"; it must be s3 or kms.'],
  [{ kmsKey: 'alias/levin' }, 'kmsKey is "alias/levin"; it must be the ARN of a key: arn:aws:kms:<region>:<account>:key/<id>.'],
  [
    { logRetention: '2' },
    'logRetention is 2 days; CloudWatch has 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.',
  ],
])('%j is refused', (options, message) => {
  expect(() => parseDeployOptions(options)).toThrow(
    expect.objectContaining({ code: 'ENGINE_SETTINGS', fault: 'user', message: `LevinEngine: ${message}` }),
  );
});
