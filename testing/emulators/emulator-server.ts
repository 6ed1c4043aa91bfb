import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFaultBook, type EmulatorFault, type InjectedFault } from './emulator-faults.ts';
import { callerOf, type RecordedRequest } from './recorded-request.ts';

export interface EmulatorRequest {
  readonly method: string;
  /** As sent, percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Uint8Array;
}

export interface EmulatorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One service: which operation a request is, what it answers, how it says no. */
export interface EmulatedService {
  operationOf(request: EmulatorRequest): string;
  subjectOf(request: EmulatorRequest): Pick<RecordedRequest, 'resource' | 'keys' | 'parts'>;
  /** Synchronous, so that requests are done one after the other, each whole. */
  answer(operation: string, request: EmulatorRequest, faults: readonly EmulatorFault[]): EmulatorAnswer;
  refuse(fault: Extract<EmulatorFault, { kind: 'error' }>): EmulatorAnswer;
}

export interface EmulatorServer {
  /** `http://127.0.0.1:<port>`, for the `endpoint` of a client or `AWS_ENDPOINT_URL`. */
  readonly url: string;
  inject(fault: InjectedFault): void;
  /** Requests by operation, those with faults included. */
  calls(): Readonly<Record<string, number>>;
  /** The same one by one, in the order in which they came. */
  requests(): readonly RecordedRequest[];
  pendingFaults(): readonly InjectedFault[];
  endFaults(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Listens on the loopback interface only, on a port of the system's choice. Signatures are not looked at. */
export async function startEmulator(service: EmulatedService): Promise<EmulatorServer> {
  const faults = createFaultBook();
  const recorded: RecordedRequest[] = [];
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });

  // A connection that waits is never closed from this side: on a slow machine that could meet the next request on its way.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const operation = service.operationOf(request);
    const { range = null } = request.headers;
    const caller = callerOf(request.headers);
    recorded.push({ operation, caller, ...service.subjectOf(request), range });
    const due = faults.next(operation, caller);
    if (strikes(due, 'before', response)) return;
    for (const fault of due) if (fault.kind === 'slow') await sleep(fault.delayMs, undefined, { ref: false });
    const refusal = due.find((fault) => fault.kind === 'error');
    const answer = refusal === undefined ? service.answer(operation, request, due) : service.refuse(refusal);
    if (strikes(due, 'after', response)) return;
    send(request.method, response, { answer, due });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: faults.inject,
    calls: faults.calls,
    requests: () => [...recorded],
    endFaults: faults.endFaults,
    pendingFaults: faults.pending,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<EmulatorRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const [path = '', query = ''] = (incoming.url ?? '').split('?', 2);
  return {
    method: incoming.method ?? '',
    path,
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

function strikes(due: readonly EmulatorFault[], when: 'before' | 'after', response: ServerResponse): boolean {
  for (const fault of due) {
    if (fault.kind === 'drop' && fault.when === when) response.destroy();
    else if (fault.kind !== 'silence' || fault.when !== when) continue;
    return true;
  }
  return false;
}

function send(
  method: string,
  response: ServerResponse,
  { answer, due }: { readonly answer: EmulatorAnswer; readonly due: readonly EmulatorFault[] },
): void {
  const whole = Buffer.from(answer.body ?? '');
  const length = method === 'HEAD' ? (answer.headers?.['content-length'] ?? '0') : String(whole.length);
  const bodiless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, { ...answer.headers, ...(bodiless ? {} : { 'content-length': length }) });
  if (method === 'HEAD' || bodiless) {
    response.end();
    return;
  }
  if (due.some(({ kind }) => kind === 'damage') && whole.length > 0) {
    const middle = whole.length >> 1;
    whole[middle] = (whole[middle] ?? 0) ^ 1;
  }
  if (due.some(({ kind }) => kind === 'truncate')) {
    response.write(whole.subarray(0, whole.length >> 1), () => response.destroy());
    return;
  }
  response.end(whole);
}
