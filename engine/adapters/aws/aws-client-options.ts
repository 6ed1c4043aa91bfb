/** Where to call AWS, and as whom; what is left out comes from the environment and the user's profile, as for every AWS tool. */
export interface AwsClientOptions {
  readonly region?: string;
  /** Another address than AWS's own: an emulator, a private endpoint. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  /** Calls at once on one client; a socket each. Default 50, the SDK's. */
  readonly maxSockets?: number;
  /** How long a connection may say nothing. Default 20,000. */
  readonly idleMs?: number;
}

/** An endpoint that is there answers the handshake within milliseconds; a process that starts on a loaded machine looks late. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The slowest of a million small S3 reads took 10 s; what says nothing for longer is lost. */
const IDLE_TIMEOUT_MS = 20_000;

const MAX_SOCKETS = 50;

/** What every client of ours has in common. */
export interface ClientConfiguration {
  readonly maxAttempts: 1;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly socketTimeout: number;
    readonly socketAcquisitionWarningTimeout: number;
    readonly httpAgent: { readonly maxSockets: number; readonly keepAlive: true };
    readonly httpsAgent: { readonly maxSockets: number; readonly keepAlive: true };
  };
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
}

/** One attempt a call: retries are counted, spaced and settled by the wrappers of the ports, which know what a lost answer means. */
export function clientConfiguration(options: AwsClientOptions): ClientConfiguration {
  const agent = { maxSockets: options.maxSockets ?? MAX_SOCKETS, keepAlive: true } as const;
  return {
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: options.idleMs ?? IDLE_TIMEOUT_MS,
      // To wait for a socket is no fault: callers bound what they have in flight.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  };
}
