import { expect, test } from 'vitest';
import { type CliResult, runCli } from '../support/run-cli.ts';

const NOBODY = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-central-1',
};

const levin = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
  runCli(args, { env: { ...NOBODY, ...env } });

test.each(['deploy', 'destroy'])('levin %s without credentials says how to get some', async (command) => {
  const { code, stdout, stderr } = await levin([command]);
  expect(stderr).toContain('levin: Cannot ask CloudFormation (ListStacks): there are no AWS credentials.');
  expect(stderr).toContain('[NO_CREDENTIALS]');
  expect([code, stdout]).toEqual([1, '']);
});

test.each<[readonly string[], string]>([
  [['deploy', 'job.ts'], 'levin deploy: it takes options only; got job.ts. [USAGE]'],
  [['deploy', '--max-concurency', '5'], 'levin deploy: unknown option "--max-concurency". Did you mean "--max-concurrency"? [USAGE]'],
  [
    ['deploy', '--memory-sizes', '12'],
    'LevinEngine: memorySizes has 12 MB; it must be a whole number from 256 to 10240 MB. [ENGINE_SETTINGS]',
  ],
  [['destroy', 'main'], 'levin destroy: it takes options only; got main. Name an engine with --name. [USAGE]'],
])('%j is refused before anything is asked', async (args, message) => {
  const { code, stdout, stderr } = await levin(args);
  expect([code, stdout, stderr]).toEqual([1, '', `levin: ${message}\n`]);
});
