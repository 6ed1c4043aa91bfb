import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';

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
  /** Rejects with the SDK's error, untouched. */
  invoke(call: InvokeCall): Promise<InvokeAnswer>;
  close(): void;
}

export interface LambdaInvokerOptions {
  /** Invocations in flight at once, a socket each. */
  readonly connections: number;
  readonly region?: string;
  /** Another endpoint than AWS's own, for tests. */
  readonly endpoint?: string;
  /** Absent: the SDK looks for them, in the environment, in profiles, at the instance. */
  readonly credentials?: NonNullable<LambdaClientConfig['credentials']>;
}

/** Synchronous invocations over sockets that are kept. The SDK repeats nothing: what may be repeated is known to the scheduler alone. */
export function createLambdaInvoker(options: LambdaInvokerOptions): LambdaInvoker {
  const { connections, ...where } = options;
  const sockets = {
    keepAlive: true,
    keepAliveMsecs: PROBE_AFTER_MS,
    maxSockets: connections,
    maxFreeSockets: connections,
    timeout: IDLE_SOCKET_MS,
    scheduling: 'lifo',
  } as const;
  const client = new LambdaClient({
    ...where,
    maxAttempts: 1,
    requestHandler: {
      httpAgent: new HttpAgent(sockets),
      httpsAgent: new HttpsAgent(sockets),
      connectionTimeout: CONNECT_MS,
      // An answer takes as long as its task; the runner watches deadlines.
      requestTimeout: 0,
      socketTimeout: 0,
      // To wait for a socket is no fault: the runner bounds what it has in flight.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
    },
  });
  return {
    async invoke({ functionName, payload, signal }) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'RequestResponse',
        LogType: 'Tail',
        Payload: payload,
      });
      const answer = await client.send(command, { abortSignal: signal });
      return {
        requestId: answer.$metadata.requestId ?? '',
        functionError: answer.FunctionError ?? null,
        payload: answer.Payload ?? new Uint8Array(),
        logTail: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
      };
    },
    close: () => client.destroy(),
  };
}
