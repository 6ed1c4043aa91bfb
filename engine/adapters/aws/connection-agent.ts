import { Agent as HttpAgent, type AgentOptions as SocketOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

export interface AgentOptions {
  readonly maxSockets: number;
  /** How long a connection may take to be made. */
  readonly connectMs: number;
  /** Of connections, beside these. */
  readonly sockets?: SocketOptions;
}

/**
 * Keeps connections for the next call, and gives up on one that is not made in time. The SDK's own limit counts the time in which a call waits for a
 * free socket, too: where many calls are made at once, those at the end would fail without having been sent.
 */
export function connectionAgents(options: AgentOptions): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent } {
  const { maxSockets, connectMs, sockets } = options;
  const httpAgent = new HttpAgent({ keepAlive: true, maxSockets, ...sockets });
  const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets, ...sockets });
  for (const agent of [httpAgent, httpsAgent]) {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (...args) => {
      const socket = connect(...args);
      if (socket !== undefined && socket !== null) limitConnecting(socket as Socket, connectMs);
      return socket;
    };
  }
  return { httpAgent, httpsAgent };
}

function limitConnecting(socket: Socket, connectMs: number): void {
  const giveUp = (): void => {
    if (!socket.connecting) return;
    socket.destroy(Object.assign(new Error(`no connection within ${connectMs} ms`), { code: 'CONNECT_TIMEOUT' }));
  };
  // After a turn of the event loop: a process that stood still may have the connection already, and not have looked.
  const timer = setTimeout(() => setImmediate(giveUp), connectMs);
  for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
}
