import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { connectionAgents } from './connection-agent.ts';

/** Where to call AWS, and as whom; what is left out comes from the environment and the user's profile, as for every AWS tool. */
export interface AwsClientOptions {
  readonly region?: string;
  /** Another address than AWS's own: an emulator, a private endpoint. */
  readonly endpoint?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  /** Calls at once on one client; a socket each. Default 50, the SDK's. */
  readonly maxSockets?: number;
  /** How long a connection may take to be made. Default 3,000. */
  readonly connectMs?: number;
  /** How long a connection may say nothing. Default 20,000. */
  readonly idleMs?: number;
}

/** An endpoint that is there answers the handshake within milliseconds. */
const CONNECT_TIMEOUT_MS = 3000;

/** The slowest of a million small S3 reads took 10 s; what says nothing for longer is lost. */
const IDLE_TIMEOUT_MS = 20_000;

const MAX_SOCKETS = 50;

/** What every client of ours has in common. */
export interface ClientConfiguration {
  readonly maxAttempts: 1;
  readonly requestHandler: {
    readonly connectionTimeout: 0;
    readonly socketTimeout: number;
    readonly socketAcquisitionWarningTimeout: number;
    readonly httpAgent: HttpAgent;
    readonly httpsAgent: HttpsAgent;
  };
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
}

/** One attempt a call: retries are counted, spaced and settled by the wrappers of the ports, which know what a lost answer means. */
export function clientConfiguration(options: AwsClientOptions): ClientConfiguration {
  return {
    maxAttempts: 1,
    requestHandler: {
      // By the agents.
      connectionTimeout: 0,
      socketTimeout: options.idleMs ?? IDLE_TIMEOUT_MS,
      // To wait for a socket is no fault: callers bound what they have in flight.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
      ...connectionAgents({ maxSockets: options.maxSockets ?? MAX_SOCKETS, connectMs: options.connectMs ?? CONNECT_TIMEOUT_MS }),
    },
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  };
}
