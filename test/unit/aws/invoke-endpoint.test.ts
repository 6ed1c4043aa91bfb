import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { FunctionDefinition } from '../../../testing/invoke-endpoint/function-definition.ts';
import { type InvokeEndpoint, startInvokeEndpoint } from '../../../testing/invoke-endpoint/invoke-endpoint.ts';
import type { Doing } from '../../support/lambda/functions/behaving.ts';

const FOLDER = fileURLToPath(new URL('../../support/lambda/functions', import.meta.url));
const MEMORY_MB = 256;

const definition = (overrides: Partial<FunctionDefinition> = {}): FunctionDefinition => ({
  name: 'behaving',
  folder: FOLDER,
  handler: 'behaving.handler',
  memoryMb: MEMORY_MB,
  timeoutMs: 60_000,
  environment: (temporary) => ({ OWN: 'yes', OWN_FOLDER: temporary }),
  ...overrides,
});

const open: InvokeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of open.splice(0)) await endpoint.close();
});

async function start(overrides: Partial<FunctionDefinition> = {}, concurrency?: number): Promise<InvokeEndpoint> {
  const endpoint = await startInvokeEndpoint({ functions: [definition(overrides)], ...(concurrency === undefined ? {} : { concurrency }) });
  open.push(endpoint);
  return endpoint;
}

interface Answer {
  readonly status: number;
  readonly functionError: string | null;
  readonly errorType: string | null;
  readonly log: string;
  readonly payload: unknown;
}

async function invoke(
  endpoint: InvokeEndpoint,
  event: Doing | string,
  headers: Record<string, string> = {},
  name = 'behaving',
): Promise<Answer> {
  const response = await fetch(`${endpoint.url}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    body: typeof event === 'string' ? event : JSON.stringify(event),
    headers: { 'x-amz-log-type': 'Tail', ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    functionError: response.headers.get('x-amz-function-error'),
    errorType: response.headers.get('x-amzn-errortype'),
    log: Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64').toString(),
    payload: JSON.parse(text),
  };
}

const failed = (payload: object): object => ({ status: 200, functionError: 'Unhandled', payload });

describe('the Lambda endpoint', () => {
  test('returns what the handler returns, its log and a report', async () => {
    const answer = await invoke(await start(), { do: 'echo', value: { a: [1, null, 'ü'] } });
    expect(answer).toMatchObject({ status: 200, functionError: null, payload: { a: [1, null, 'ü'] } });
    expect(answer.log).toMatch(
      /^START RequestId: \S+ Version: \$LATEST\nechoed\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: \d+\.00 ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t\n$/,
    );
  });

  test('uses a warm environment again, and takes another one while it is busy', async () => {
    const endpoint = await start();
    for (const times of [1, 2, 3]) expect((await invoke(endpoint, { do: 'count' })).payload).toBe(times);
    expect(endpoint.environments().length).toBe(1);
    const waiting = invoke(endpoint, { do: 'wait' }).catch(() => 'ended');
    while (!endpoint.environments().some(({ busy }) => busy)) await new Promise((resolve) => setImmediate(resolve));
    expect((await invoke(endpoint, { do: 'count' })).payload).toBe(1);
    expect(endpoint.environments().length).toBe(2);
    await endpoint.close();
    expect(await waiting).toBe('ended');
  });

  test('gives a function Lambda’s variables and its own, none of this process, and a folder for itself', async () => {
    process.env['LEVIN_TEST_SECRET'] = 'must not be seen';
    const endpoint = await start();
    const { payload } = (await invoke(endpoint, { do: 'environment' })) as {
      payload: { names: string[]; files: string[]; flags: string[] };
    };
    expect(payload.names).toEqual(
      expect.arrayContaining([
        'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
        'AWS_LAMBDA_LOG_STREAM_NAME',
        'AWS_REGION',
        'LAMBDA_TASK_ROOT',
        'OWN',
        'TMPDIR',
      ]),
    );
    expect(payload.names).not.toContain('LEVIN_TEST_SECRET');
    expect(payload.files).toEqual(['1.txt']);
    expect(payload.flags).toEqual(expect.arrayContaining(['--max-old-space-size=230', '--max-semi-space-size=12']));
  });

  test('tells a handler how much time it has', async () => {
    const { payload } = await invoke(await start(), { do: 'context' });
    const { leftMs, ...context } = payload as { leftMs: number };
    expect(context).toMatchObject({ functionName: 'behaving', memoryLimitInMB: '256' });
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(60_000);
  });
});

describe('an invocation fails as in Lambda', () => {
  test('when the handler throws', async () => {
    const { payload, ...answer } = await invoke(await start(), { do: 'throw' });
    expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled' });
    expect(payload).toMatchObject({ errorType: 'RangeError', errorMessage: 'out of the range' });
    expect((payload as { trace: string[] }).trace[1]).toMatch(/behaving\.ts:\d+:\d+/);
  });

  test.for([{ do: 'wait' }, { do: 'loop' }] as const)('at the time limit: %o', async (event) => {
    const endpoint = await start({ timeoutMs: 300 });
    const { payload } = await invoke(endpoint, event);
    expect(payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 0\.30 seconds$/),
    });
    expect(endpoint.environments()).toEqual([]);
  });

  test('when its memory is full: killed, with all of it reported as used', async () => {
    const answer = await invoke(await start(), { do: 'fill' });
    expect(answer).toMatchObject(
      failed({
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: signal: killed$/),
      }),
    );
    expect(answer.log).toContain('\tMemory Size: 256 MB\tMax Memory Used: 256 MB\t');
  });

  test('when it exits', async () => {
    expect(await invoke(await start(), { do: 'exit', code: 3 })).toMatchObject(
      failed({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('Error: Runtime exited with error: exit status 3') }),
    );
  });

  test('when it cannot be loaded', async () => {
    expect(await invoke(await start({ handler: 'nowhere.handler' }), { do: 'count' })).toMatchObject(
      failed({ errorType: 'Runtime.ImportModuleError', errorMessage: "Error: Cannot find module 'nowhere'" }),
    );
    expect(await invoke(await start({ handler: 'behaving.nothing' }), { do: 'count' })).toMatchObject(
      failed({ errorType: 'Runtime.HandlerNotFound', errorMessage: 'behaving.nothing is undefined or not exported' }),
    );
  });

  test('when its answer is larger than 6 MB', async () => {
    const endpoint = await start({ memoryMb: 512 });
    expect((await invoke(endpoint, { do: 'large', bytes: 6 * 1024 * 1024 - 2 })).functionError).toBe(null);
    expect(await invoke(endpoint, { do: 'large', bytes: 6 * 1024 * 1024 - 1 })).toMatchObject(
      failed({ errorType: 'Function.ResponseSizeTooLarge' }),
    );
  });
});

describe('an invocation is refused as by Lambda', () => {
  const event = (bytes: number): string => JSON.stringify({ do: 'echo', value: '', pad: 'x'.repeat(bytes - 33) });

  test('above 6 MB', async () => {
    const endpoint = await start({ memoryMb: 512 });
    expect(event(100).length).toBe(100);
    expect((await invoke(endpoint, event(6 * 1024 * 1024))).status).toBe(200);
    expect(await invoke(endpoint, event(6 * 1024 * 1024 + 1))).toMatchObject({ status: 413, errorType: 'RequestTooLargeException' });
  });

  test('without such a function, of another type, with an event that is not JSON', async () => {
    const endpoint = await start();
    expect(await invoke(endpoint, { do: 'count' }, {}, 'other')).toMatchObject({
      status: 404,
      errorType: 'ResourceNotFoundException',
      payload: { message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:other' },
    });
    expect(await invoke(endpoint, { do: 'count' }, { 'x-amz-invocation-type': 'DryRun' })).toMatchObject({ status: 400 });
    expect(await invoke(endpoint, '{')).toMatchObject({ status: 400, errorType: 'InvalidRequestContentException' });
    expect(endpoint.environments()).toEqual([]);
  });

  test.for([
    [{ reservedConcurrency: 1 }, undefined, 'ReservedFunctionConcurrentInvocationLimitExceeded'],
    [{}, 1, 'ConcurrentInvocationLimitExceeded'],
  ] as const)('above its concurrency: %o of the function, %o of the account', async ([overrides, concurrency, reason]) => {
    const endpoint = await start(overrides, concurrency);
    const waiting = invoke(endpoint, { do: 'wait' }).catch(() => 'ended');
    while (endpoint.environments().length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await invoke(endpoint, { do: 'count' })).toMatchObject({
      status: 429,
      errorType: 'TooManyRequestsException',
      payload: { Reason: reason, message: 'Rate Exceeded.' },
    });
    await endpoint.close();
    expect(await waiting).toBe('ended');
  });
});

describe('asynchronous invocations', () => {
  /** Endpoint whose function `behaving` fails over to `other`, and what it ran. */
  async function startBoth(overrides: Partial<FunctionDefinition> = {}) {
    const ran: { readonly functionName: string; readonly event: unknown }[] = [];
    const delivered = Promise.withResolvers<{ readonly Records: readonly [{ readonly body: string }] }>();
    const onFailure = { queue: 'failures', deliversTo: 'other' };
    const endpoint = await startInvokeEndpoint({
      functions: [definition({ onFailure, ...overrides }), definition({ name: 'other' })],
      onInvoke({ functionName, event }) {
        ran.push({ functionName, event: JSON.parse(event) });
        if (functionName === 'other') delivered.resolve(JSON.parse(event));
      },
    });
    open.push(endpoint);
    return { endpoint, ran, delivered: delivered.promise };
  }

  async function send(endpoint: InvokeEndpoint, event: Doing): Promise<number> {
    const url = `${endpoint.url}/2015-03-31/functions/behaving/invocations`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(event), headers: { 'x-amz-invocation-type': 'Event' } });
    expect(await response.text()).toBe('');
    return response.status;
  }

  test('are answered before they have run', async () => {
    const { endpoint, ran } = await startBoth();
    expect(await send(endpoint, { do: 'wait' })).toBe(202);
    expect(ran).toEqual([{ functionName: 'behaving', event: { do: 'wait' } }]);
  });

  test('that fail are tried twice again; then a message about them goes to the function behind the queue', async () => {
    const { endpoint, ran, delivered } = await startBoth();
    await send(endpoint, { do: 'throw' });
    const { Records: messages } = await delivered;
    expect(messages).toMatchObject([{ eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:failures' }]);
    expect(JSON.parse(messages[0].body)).toMatchObject({
      version: '1.0',
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { do: 'throw' },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'RangeError', errorMessage: 'out of the range' },
    });
    expect(ran.map(({ functionName }) => functionName)).toEqual(['behaving', 'behaving', 'behaving', 'other']);
  });

  test('without retries a time-out goes to the queue at once', async () => {
    const { endpoint, ran, delivered } = await startBoth({ asyncRetries: 0, timeoutMs: 500 });
    await send(endpoint, { do: 'loop' });
    expect(JSON.parse((await delivered).Records[0].body)).toMatchObject({ responsePayload: { errorType: 'Sandbox.Timedout' } });
    expect(ran.length).toBe(2);
  });

  test('wait for an environment where there may be one only', async () => {
    const { endpoint, ran, delivered } = await startBoth({ asyncRetries: 0, reservedConcurrency: 1 });
    for (const event of [{ do: 'count' }, { do: 'count' }, { do: 'throw' }] as const) await send(endpoint, event);
    await delivered;
    expect(ran.map(({ event }) => (event as Doing).do)).toEqual(['count', 'count', 'throw', undefined]);
    expect(endpoint.environments().filter(({ functionName }) => functionName === 'behaving').length).toBe(1);
  });
});

test('what a function has started ends with its environment', async () => {
  const endpoint = await start();
  const { payload } = await invoke(endpoint, { do: 'child' });
  await endpoint.close();
  const isAlive = (): boolean => {
    try {
      return process.kill(payload as number, 0);
    } catch {
      return false;
    }
  };
  while (isAlive()) await new Promise((resolve) => setImmediate(resolve));
  expect(isAlive()).toBe(false);
});
