import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaultBook, type EmulatorFault, type FaultBook } from '../emulators/emulator-faults.ts';
import { callerOf } from '../emulators/recorded-request.ts';
import { type Asynchronous, createAsynchronous, type Delivery } from './asynchronous.ts';
import { type Environment, type Invoked, startEnvironment } from './environment.ts';
import type { FunctionDefinition } from './function-definition.ts';

export interface InvokeEndpointOptions {
  readonly functions: readonly FunctionDefinition[];
  /** Invocations of all functions at once, as an account has it. Default 1,000. */
  readonly concurrency?: number;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Each invocation when it begins in an environment. */
  readonly onInvoke?: (invocation: BegunInvocation) => void;
}

export interface BegunInvocation {
  readonly functionName: string;
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Of the environment's process, which leads a group of all that the function starts. */
  readonly pid: number | undefined;
}

/** A request that reached the endpoint, whatever became of it. */
export interface RecordedInvocation {
  readonly operation: 'Invoke' | 'GetFunctionConfiguration';
  /** Access key id that it was signed with; null: it was not signed. */
  readonly caller: string | null;
  readonly functionName: string;
}

export interface InvokeEndpoint {
  /** `http://127.0.0.1:<port>`, for the `endpoint` of a client or `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly url: string;
  /** The environments that are up. */
  environments(): readonly {
    readonly functionName: string;
    readonly id: string;
    readonly pid: number | undefined;
    readonly busy: boolean;
  }[];
  /** What the function has printed in invocations that are over, in their order: its log. */
  logOf(functionName: string): string;
  /** Synchronous invocations that were asked for, refused ones included. */
  calls(): number;
  /** Refuses synchronous invocations, as Lambda does while an account has no room (429): the `nth` from now on (default the next), then each of that number. */
  throttle(which: { readonly nth?: number; readonly every?: number; readonly times?: number }): void;
  requests(): readonly RecordedInvocation[];
  /** Ends all environments and connections. */
  close(): Promise<void>;
}

/** Lambda's limits: on a synchronous invocation's event and answer, and on an asynchronous one's event. */
const MAX_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;
const LOG_TAIL_BYTES = 4096;
const PATH = /^\/2015-03-31\/functions\/([^/]+)\/(invocations|configuration)$/;
const ACCOUNT = '000000000000';
const INVOKE = 'Invoke';
const THROTTLED: EmulatorFault = { kind: 'error', status: 429, code: 'TooManyRequestsException' };

interface Place {
  readonly definition: FunctionDefinition;
  readonly environment: Environment;
  busy: boolean;
}

interface State {
  readonly region: string;
  readonly concurrency: number;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly places: Set<Place>;
  /** What each function has printed. */
  readonly logs: Map<string, string>;
  readonly recorded: RecordedInvocation[];
  readonly onInvoke: NonNullable<InvokeEndpointOptions['onInvoke']>;
  readonly asynchronous: Asynchronous;
  readonly faults: FaultBook;
  closing: boolean;
}

/**
 * Lambda's Invoke and GetFunctionConfiguration, on the loopback interface: invocations of functions whose code really runs, each environment a process with the
 * function's limits of memory, time and payload. Environments are reused warm, and ended when they pass a limit, crash, or the endpoint closes.
 */
export async function startInvokeEndpoint(options: InvokeEndpointOptions): Promise<InvokeEndpoint> {
  const region = options.region ?? 'us-east-1';
  const functions = new Map(options.functions.map((definition) => [definition.name, definition]));
  const state: State = {
    region,
    concurrency: options.concurrency ?? 1000,
    functions,
    places: new Set(),
    logs: new Map(),
    faults: createFaultBook(),
    recorded: [],
    onInvoke: options.onInvoke ?? (() => undefined),
    asynchronous: createAsynchronous({
      region,
      account: ACCOUNT,
      functionNamed: (name) => functions.get(name),
      run(delivery) {
        const place = freePlace(state, delivery.definition);
        return typeof place === 'string' ? null : invokeIn(state, place, delivery);
      },
    }),
    closing: false,
  };
  const server = createServer((request, response) => {
    answer(state, request, response).catch(() => response.destroy());
  });
  // As the emulators of S3 and DynamoDB: a connection closed from this side could meet an invocation on its way, which then counts as lost.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    environments: () =>
      [...state.places].map(({ definition, environment: { id, pid }, busy }) => ({ functionName: definition.name, id, pid, busy })),
    logOf: (functionName) => state.logs.get(functionName) ?? '',
    calls: () => state.faults.calls()[INVOKE] ?? 0,
    throttle: (which) => state.faults.inject({ ...which, operation: INVOKE, fault: THROTTLED }),
    requests: () => [...state.recorded],
    async close() {
      state.closing = true;
      state.asynchronous.close();
      server.closeAllConnections();
      await Promise.all([...state.places].map(({ environment }) => environment.close()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const body = await bodyOf(request);
  const [, encodedName = '', asked] = PATH.exec(request.url ?? '') ?? [];
  const name = decodeURIComponent(encodedName);
  const operation = asked === 'configuration' ? 'GetFunctionConfiguration' : 'Invoke';
  state.recorded.push({ operation, caller: callerOf(request.headers), functionName: name });
  const definition = state.functions.get(name);
  const refuse = (status: number, type: string, fields: object): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type, 'x-amzn-requestid': requestId });
    response.end(JSON.stringify({ Type: 'User', ...fields }));
  };
  if (definition === undefined) {
    const message = `Function not found: arn:aws:lambda:${state.region}:${ACCOUNT}:function:${name}`;
    return refuse(404, 'ResourceNotFoundException', { message });
  }
  if (asked === 'configuration') {
    response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': requestId });
    return void response.end(JSON.stringify(configurationOf(state, definition)));
  }
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event')
    return refuse(400, 'InvalidParameterValueException', {
      message: 'Only invocations of the types RequestResponse and Event are emulated.',
    });
  const maxBytes = type === 'Event' ? MAX_ASYNC_BYTES : MAX_BYTES;
  if (body.length > maxBytes) {
    const message = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
    return refuse(413, 'RequestTooLargeException', { message });
  }
  const event = body.length === 0 ? '{}' : body.toString();
  if (!isJson(event)) {
    const message = 'Could not parse request body into json: Could not parse payload into json';
    return refuse(400, 'InvalidRequestContentException', { message });
  }
  if (type === 'Event') {
    response.writeHead(202, { 'x-amzn-requestid': requestId }).end();
    return state.asynchronous.accept({ definition, requestId, event });
  }
  const injected = state.faults.next(INVOKE).length > 0;
  const place = injected ? 'ConcurrentInvocationLimitExceeded' : freePlace(state, definition);
  if (typeof place === 'string') return refuse(429, 'TooManyRequestsException', { Reason: place, message: 'Rate Exceeded.' });
  const invoked = await invokeIn(state, place, { definition, requestId, event });
  const wantsLog = request.headers['x-amz-log-type'] === 'Tail';
  const { failed, payload } = payloadOf(invoked);
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': '$LATEST',
    ...(failed ? { 'x-amz-function-error': 'Unhandled' } : {}),
    ...(wantsLog
      ? {
          'x-amz-log-result': Buffer.from(logOf(definition, requestId, invoked))
            .subarray(-LOG_TAIL_BYTES)
            .toString('base64'),
        }
      : {}),
  });
  response.end(payload);
}

/** What `GetFunctionConfiguration` answers, as far as anybody here asks. */
function configurationOf({ region }: State, { name, handler, memoryMb, timeoutMs, environment }: FunctionDefinition): object {
  return {
    FunctionName: name,
    FunctionArn: `arn:aws:lambda:${region}:${ACCOUNT}:function:${name}`,
    Runtime: 'nodejs24.x',
    Handler: handler,
    MemorySize: memoryMb,
    Timeout: Math.ceil(timeoutMs / 1000),
    State: 'Active',
    Environment: { Variables: environment('/tmp') },
  };
}

/** A warm environment, a new one, or why there is none. */
function freePlace(state: State, definition: FunctionDefinition): Place | string {
  const busy = [...state.places].filter((place) => place.busy);
  if (busy.length >= state.concurrency) return 'ConcurrentInvocationLimitExceeded';
  const own = busy.filter((place) => place.definition === definition).length;
  if (own >= (definition.reservedConcurrency ?? Number.POSITIVE_INFINITY)) return 'ReservedFunctionConcurrentInvocationLimitExceeded';
  const warm = [...state.places].find((place) => place.definition === definition && !place.busy && place.environment.alive);
  const place = warm ?? { definition, environment: startEnvironment(definition, state.region), busy: true };
  place.busy = true;
  state.places.add(place);
  return place;
}

async function invokeIn(state: State, place: Place, { definition, requestId, event }: Delivery): Promise<Invoked> {
  state.onInvoke({ functionName: definition.name, requestId, event, pid: place.environment.pid });
  const invoked = await place.environment.invoke(requestId, event);
  state.logs.set(definition.name, (state.logs.get(definition.name) ?? '') + invoked.log);
  place.busy = false;
  if (!place.environment.alive && !state.closing) {
    state.places.delete(place);
    await place.environment.close();
  }
  state.asynchronous.retry();
  return invoked;
}

function payloadOf({ result }: Invoked): { readonly failed: boolean; readonly payload: string } {
  if (result.kind === 'failed') return { failed: true, payload: JSON.stringify(result.error) };
  if (Buffer.byteLength(result.payload) <= MAX_BYTES) return { failed: false, payload: result.payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_BYTES} bytes).`;
  return { failed: true, payload: JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }) };
}

function logOf({ memoryMb }: FunctionDefinition, requestId: string, { log, durationMs, initMs, maxMemoryMb }: Invoked): string {
  // The start of an environment is billed, too.
  const billedMs = Math.max(1, Math.ceil(durationMs + (initMs ?? 0)));
  const times = `Duration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs} ms`;
  const init = initMs === null ? '' : `Init Duration: ${initMs.toFixed(2)} ms\t`;
  const report = `REPORT RequestId: ${requestId}\t${times}\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${maxMemoryMb} MB\t${init}`;
  return `START RequestId: ${requestId} Version: $LATEST\n${log}END RequestId: ${requestId}\n${report}\n`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
