import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Respond = (response: ServerResponse, request: { readonly path: string; readonly body: Uint8Array }) => void;

/** An HTTP server in the place of Lambda, which answers each invocation as it is told. */
export interface ScriptedEndpoint {
  readonly url: string;
  /** Requests that were read whole, and connections that were made, so far. */
  counts(): { readonly requests: number; readonly connections: number };
  close(): Promise<void>;
}

export async function startScriptedEndpoint(respond: Respond): Promise<ScriptedEndpoint> {
  let [requests, connections] = [0, 0];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      requests++;
      respond(response, { path: request.url ?? '', body });
    });
  });
  server.keepAliveTimeout = 0;
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => ({ requests, connections }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An error as Lambda's API words it. */
export function apiError(status: number, type: string, fields: object = {}): Respond {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type, 'x-amzn-requestid': 'request-1' });
    response.end(JSON.stringify({ Type: 'User', message: `what AWS says of ${type}`, ...fields }));
  };
}

/** A function that did not return, and the end of its log. */
export function functionError(payload: object, log = ''): Respond {
  return (response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'x-amz-function-error': 'Unhandled',
      'x-amz-executed-version': '$LATEST',
      'x-amzn-requestid': 'request-1',
      'x-amz-log-result': Buffer.from(log).toString('base64'),
    });
    response.end(JSON.stringify(payload));
  };
}

export function returned(payload: unknown): Respond {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', 'x-amzn-requestid': 'request-1' });
    response.end(JSON.stringify(payload));
  };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
