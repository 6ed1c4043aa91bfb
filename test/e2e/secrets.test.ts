import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

const VALUE = 'c0rrect-h0rse-battery';
const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbCdEf';

/** The driver has the name, tasks have the value, and nobody prints it. */
const job = (ref: string): string =>
  jobText(
    `const key = lv.secret(${JSON.stringify(ref)});`,
    'const lengths = await lv.range(4, { numSlices: 2 }).map(async (x) => {',
    '  const value = await key.value();',
    "  if (x === 3) console.log('it is', value);",
    '  return value.length;',
    '}).collect();',
    'console.log(key.ref, lengths.join());',
    "await lv.range(1).map(async () => { throw new Error('bad ' + (await key.value())); }).count().catch((error) => console.log(/Error: bad .*/.exec(error.message)?.[0]));",
    'await key.value().catch((error) => console.log(error.code));',
  );
const expected = (ref: string): string => `[stage 0 · task 1] it is ***\n${ref} 21,21,21,21\nError: bad ***\nNOT_IN_TASK\n`;

test('a secret of the environment is used in tasks and is in nothing that levin keeps', async () => {
  using folder = jobFolder({ 'job.ts': job('env:MY_KEY') });
  const args = ['job.ts', '--on', 'local-cluster[1,2,512]', '--conf', 'allowedEnv=MY_KEY', '--conf', 'progress=lines'];
  const { stdout, stderr, code } = await folder.run(args, { env: { MY_KEY: VALUE } });
  expect([stdout, code]).toEqual([expected('env:MY_KEY'), 0]);
  expect(stderr).not.toContain(VALUE);
  const kept = readdirSync(join(folder.path, '.state'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holding = kept.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(VALUE));
  expect([kept.length > 0, holding.map(({ name }) => name)]).toEqual([true, []]);
});

test('on aws a task asks Secrets Manager for it, as the function', async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push([request.headers['x-amz-target'], /Credential=[^/]+\/\d{8}\/[^,]+/.test(request.headers.authorization ?? '')]);
    response.end(JSON.stringify({ SecretString: VALUE }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    await using aws = await startEmulatedAws({ memorySizesMb: [512] });
    using folder = jobFolder({ 'job.ts': job(ARN) });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = ['job.ts', '--on', 'aws:test', '--conf', 'allowedEnv=AWS_ENDPOINT_URL_SECRETS_MANAGER', '--quiet'];
    const { stdout, code } = await folder.run(args, { env: { ...aws.env, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint } });
    expect([stdout, code]).toEqual([expected(ARN), 0]);
    expect(new Set(asked.map((each) => JSON.stringify(each)))).toEqual(new Set(['["secretsmanager.GetSecretValue",true]']));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
