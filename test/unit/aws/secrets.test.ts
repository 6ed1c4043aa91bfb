import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openSecrets } from '../../../engine/adapters/aws/open-secrets.ts';
import { signRequest } from '../../../engine/adapters/aws/sign-request.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { parseSecretRef } from '../../../engine/types/secret-ref.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:db/password-AbCdEf';

test('a request is signed as in AWS’s own test suite (post-vanilla)', () => {
  const request = { url: new URL('https://example.amazonaws.com/'), headers: {}, body: '', service: 'service', region: 'us-east-1' };
  expect(signRequest({ ...request, now: new Date('2015-08-30T12:36:00Z') }, KEYS)).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  });
});

test('a session’s token is sent and signed', () => {
  const request = { url: new URL('https://example.amazonaws.com/'), headers: {}, body: '', service: 'service', region: 'us-east-1' };
  const signed = signRequest({ ...request, now: new Date('2015-08-30T12:36:00Z') }, { ...KEYS, sessionToken: 'token' });
  expect(signed['x-amz-security-token']).toBe('token');
  expect(signed['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
});

test.each([
  [ARN, { kind: 'secretsManager', id: ARN, region: 'eu-central-1' }],
  [
    'arn:aws:ssm:us-east-1:123456789012:parameter/a/b',
    { kind: 'ssm', id: 'arn:aws:ssm:us-east-1:123456789012:parameter/a/b', region: 'us-east-1' },
  ],
  ['ssm:/a/b', { kind: 'ssm', id: '/a/b', region: null }],
  ['env:MY_KEY', { kind: 'env', name: 'MY_KEY' }],
])('%s names a secret', (ref, parsed) => {
  expect(parseSecretRef(ref)).toEqual(parsed);
});

test.each(['', 'password', 'env:', 'env:A-B', 'ssm:', 'arn:aws:s3:::bucket', 'arn:aws:secretsmanager:eu-central-1:1:secret:x'])(
  '"%s" names none',
  (ref) => {
    expect(() => parseSecretRef(ref)).toThrow(`secret: ref is ${JSON.stringify(ref)}; it must name a secret`);
  },
);

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A service that answers what it is told to, and says what it was asked. */
async function service(answer: () => { readonly status?: number; readonly body: string }) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      asked.push({ headers: request.headers, body: JSON.parse(body) });
      const { status = 200, body: text } = answer();
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', connection: 'close' }).end(text);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const clock = createVirtualClock();
  const env = {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: '',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    MY_KEY: 'k',
  };
  const secrets = openSecrets({ clock, env, identity: async () => ({ credentials: KEYS, region: 'eu-west-1' }) });
  return { asked, clock, secrets, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}

describe('secrets', () => {
  test('come from Secrets Manager, once in five minutes', async () => {
    let value = 'first';
    await using at = await service(() => ({ body: JSON.stringify({ SecretString: value }) }));
    expect(await Promise.all([at.secrets(ARN), at.secrets(ARN)])).toEqual(['first', 'first']);
    value = 'second';
    await at.clock.advance(299_999);
    expect([await at.secrets(ARN), at.asked.length]).toEqual(['first', 1]);
    await at.clock.advance(1);
    expect([await at.secrets(ARN), at.asked.length]).toEqual(['second', 2]);
    expect(at.asked[0]?.body).toEqual({ SecretId: ARN });
    expect(at.asked[0]?.headers).toMatchObject({
      'x-amz-target': 'secretsmanager.GetSecretValue',
      'content-type': 'application/x-amz-json-1.1',
      authorization: expect.stringContaining(
        '/eu-central-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target,',
      ),
    });
  });

  test('come from parameters, decrypted, in the executor’s region where none is named', async () => {
    await using at = await service(() => ({ body: JSON.stringify({ Parameter: { Value: 'v' } }) }));
    expect(await at.secrets('ssm:/a/b')).toBe('v');
    expect(at.asked[0]?.body).toEqual({ Name: '/a/b', WithDecryption: true });
    expect(at.asked[0]?.headers).toMatchObject({
      'x-amz-target': 'AmazonSSM.GetParameter',
      authorization: expect.stringContaining('/eu-west-1/ssm/aws4_request'),
    });
  });

  test('come from the environment', async () => {
    await using at = await service(() => ({ body: '{}' }));
    expect(await at.secrets('env:MY_KEY')).toBe('k');
    await expect(at.secrets('env:OTHER')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND', fault: 'user' });
  });

  test.each([
    [
      400,
      { __type: 'ResourceNotFoundException' },
      'SECRET_NOT_FOUND',
      'user',
      `secret ${ARN}: there is none of that name in eu-central-1 [ResourceNotFoundException].`,
    ],
    [
      400,
      { __type: 'com.amazon#AccessDeniedException' },
      'SECRET_DENIED',
      'user',
      `secret ${ARN}: it may not be read [AccessDeniedException]. Who runs tasks needs the right secretsmanager:GetSecretValue on it (on aws: each role of engine.roles, for example by grantRead).`,
    ],
    [200, { SecretBinary: 'AAAA' }, 'SECRET_NOT_FOUND', 'user', `secret ${ARN}: it holds bytes, not text. Store it as a string.`],
    [500, { __type: 'InternalServiceError' }, 'SECRET_UNAVAILABLE', 'transient', 'answered 500 [InternalServiceError].'],
    [400, { __type: 'ThrottlingException' }, 'SECRET_UNAVAILABLE', 'transient', 'answered 400 [ThrottlingException].'],
  ])('that cannot be had: %i %j is %s, and is asked for again', async (status, body, code, fault, message) => {
    await using at = await service(() => ({ status, body: JSON.stringify(body) }));
    for (const _ of [1, 2]) await expect(at.secrets(ARN)).rejects.toMatchObject({ code, fault, message: expect.stringContaining(message) });
    expect(at.asked.length).toBe(2);
  });

  test('of a service that gives no answer are unavailable', async () => {
    await using at = await service(() => ({ body: 'no JSON' }));
    await expect(at.secrets(ARN)).rejects.toMatchObject({ code: 'SECRET_UNAVAILABLE', fault: 'transient' });
  });
});
