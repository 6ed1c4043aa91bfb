import type { IncomingMessage } from 'node:http';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { connectionAgents } from './connection-agent.ts';
import { parsed } from './lambda-protocol.ts';

/** Sockets that no invocation uses are closed before the service does it: an event written to a socket that is just being closed may have arrived or not. */
const IDLE_SOCKET_MS = 10_000;
/** Gateways forget connections on which nothing moves for some minutes; a task may be silent for fifteen. */
const PROBE_AFTER_MS = 30_000;
const CONNECT_MS = 5_000;

export interface InvokeCall {
  readonly functionName: string;
  readonly payload: Uint8Array;
  readonly signal: AbortSignal;
}

/** What Lambda says about an invocation that it made. */
export interface InvokeAnswer {
  readonly requestId: string;
  /** The function did not return: `Unhandled` or `Handled`. The payload then tells why. */
  readonly functionError: string | null;
  readonly payload: Uint8Array;
  /** The end of what the invocation logged, at most 4 KB; Lambda's own report is in it. */
  readonly logTail: string;
}

/** The one remote call of the Lambda runner. */
export interface LambdaInvoker {
  /** Rejects with an error of the SDK's form: name, message, `$metadata`, and the fields of the answer. */
  invoke(call: InvokeCall): Promise<InvokeAnswer>;
  close(): void;
}

export interface LambdaInvokerOptions {
  /** Invocations in flight at once, a socket each. */
  readonly connections: number;
  readonly region?: string;
  /** Another endpoint than AWS's own, for tests. */
  readonly endpoint?: string | undefined;
  /** Absent: the SDK looks for them, in the environment, in profiles, at the instance. */
  readonly credentials?: NonNullable<LambdaClientConfig['credentials']>;
}

/**
 * Synchronous invocations over sockets that are kept. Nothing is repeated: what may be repeated is known to the scheduler alone.
 *
 * Address, credentials, signature and sockets are the SDK's. The request and its answer are ours: through the SDK's command, 800 invocations a
 * second take 60 % more of a core, and leave garbage that lets the heap of a driver grow by another 60 MB.
 */
export function createLambdaInvoker(options: LambdaInvokerOptions): LambdaInvoker {
  const { connections, endpoint, ...where } = options;
  const sockets = { keepAliveMsecs: PROBE_AFTER_MS, maxFreeSockets: connections, timeout: IDLE_SOCKET_MS, scheduling: 'lifo' } as const;
  const client = new LambdaClient({
    ...where,
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: {
      ...connectionAgents({ maxSockets: connections, connectMs: CONNECT_MS, sockets }),
      // By the agents.
      connectionTimeout: 0,
      // An answer takes as long as its task; the runner watches deadlines.
      requestTimeout: 0,
      socketTimeout: 0,
      // To wait for a socket is no fault: the runner bounds what it has in flight.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
    },
  });
  let target: Promise<Target> | null = null;

  return {
    async invoke({ functionName, payload, signal }) {
      target ??= targetOf(client, endpoint);
      // The next call looks again: a session may have been opened since.
      target.catch(() => {
        target = null;
      });
      const { url, sign } = await target;
      const signed = await sign({
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port === '' ? {} : { port: Number(url.port) }),
        path: `/2015-03-31/functions/${functionName}/invocations`,
        query: {},
        headers: {
          host: url.host,
          'content-type': 'application/octet-stream',
          'content-length': String(payload.length),
          'x-amz-invocation-type': 'RequestResponse',
          'x-amz-log-type': 'Tail',
        },
        body: payload,
      });
      const { response } = await client.config.requestHandler.handle(signed as never, { abortSignal: signal });
      const body = await bytesOf(response.body as IncomingMessage);
      if (response.statusCode >= 300) throw refusal(response, body);
      return {
        requestId: response.headers['x-amzn-requestid'] ?? '',
        functionError: response.headers['x-amz-function-error'] ?? null,
        payload: body,
        logTail: Buffer.from(response.headers['x-amz-log-result'] ?? '', 'base64').toString(),
      };
    },
    close: () => client.destroy(),
  };
}

type Signer = Awaited<ReturnType<LambdaClient['config']['signer']>>;

interface Target {
  readonly url: URL;
  readonly sign: (request: Parameters<Signer['sign']>[0]) => ReturnType<Signer['sign']>;
}

async function targetOf({ config }: LambdaClient, endpoint: string | undefined): Promise<Target> {
  const [region, dualStack, fips] = await Promise.all([config.region(), config.useDualstackEndpoint(), config.useFipsEndpoint()]);
  const known = endpoint === undefined ? {} : { Endpoint: endpoint };
  const { url } = config.endpointProvider({ Region: region, UseDualStack: dualStack, UseFIPS: fips, ...known });
  const signer = await config.signer();
  return { url, sign: (request) => signer.sign(request) };
}

async function bytesOf(body: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk as Uint8Array);
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}

/** What the SDK would throw. */
function refusal(
  { statusCode, headers }: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> },
  body: Uint8Array,
): Error {
  const said = parsed(body);
  const name = (headers['x-amzn-errortype'] ?? 'UnknownError').replace(/[:#].*/, '');
  const worded = [said?.['message'], said?.['Message']].find((text) => typeof text === 'string');
  const message = worded ?? new TextDecoder().decode(body).slice(0, 200);
  const $metadata = { httpStatusCode: statusCode, requestId: headers['x-amzn-requestid'] };
  return Object.assign(new Error(message), { name, Reason: said?.['Reason'], $metadata });
}
