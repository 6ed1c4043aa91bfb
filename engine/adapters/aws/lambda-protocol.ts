import { deserialize, serialize } from 'node:v8';
import type { MetadataKey } from '../../ports/metadata-store.ts';
import { type Build, checkSameBuild } from '../../runtime/supervisor/executor-protocol.ts';
import type { WireError } from '../../types/failure.ts';
import type { EnvironmentReport } from '../../types/invocation.ts';
import type { TaskEvent, TaskOutcome, TaskSettings, TaskSpec } from '../../types/task.ts';

/** Lambda's limit on a synchronous invocation's event, and on its answer. */
export const MAX_INVOKE_BYTES: number = 6 * 1024 * 1024;

/** What one invocation is to do: attempts of tasks, one after the other. All are of one application, bundle and stage. */
export interface InvokedWork {
  readonly tasks: readonly TaskSpec[];
  readonly settings: TaskSettings;
  /** Item that tells which of them nobody wants any more. */
  readonly calledOff: MetadataKey;
}

/** What was too large for an invocation, in the object store. */
export interface StoredPayload {
  readonly key: string;
  /** SHA-256 of the object, hex. */
  readonly hash: string;
}

/** An invocation's event. JSON, for Lambda takes nothing else; `packed` is base64 of what also travels between processes. */
type LambdaRequest = Build & Payload;

type Payload = { readonly packed: string } | { readonly stored: StoredPayload };

/** What an invocation returns: an answer, or why it did not run the tasks. */
export type LambdaResponse = { readonly levin: string } & (Payload | { readonly refused: WireError });

/** How one of the attempts went. */
export interface AttemptAnswer {
  readonly attemptId: string;
  readonly outcome: TaskOutcome;
  /** What it told while it ran, but for its start. */
  readonly events: readonly TaskEvent[];
  readonly tookMs: number;
}

export interface LambdaAnswer {
  /** Those that are missing were not begun. */
  readonly attempts: readonly AttemptAnswer[];
  readonly environment: EnvironmentReport;
}

export function pack(content: InvokedWork | LambdaAnswer): Uint8Array {
  return serialize(content);
}

/** `content` as `pack` gave it, or where it is stored. */
export function requestOf(build: Build, content: Uint8Array | StoredPayload): Uint8Array {
  return Buffer.from(JSON.stringify({ ...build, ...payloadOf(content) } satisfies LambdaRequest));
}

export function responseOf({ levin }: Build, content: Uint8Array | StoredPayload): LambdaResponse {
  return { levin, ...payloadOf(content) };
}

export function refusalOf({ levin }: Build, refused: WireError): LambdaResponse {
  return { levin, refused };
}

/** Fails with `EXECUTOR_MISMATCH` when driver and function are not the same build, before anything else is read. */
export function readRequest(build: Build, event: unknown): Uint8Array | StoredPayload {
  const request = event as Partial<Build> | null;
  checkSameBuild({ levin: request?.levin ?? '(unknown)', nodeMajor: request?.nodeMajor ?? 0 }, build);
  return contentOf(event as Payload);
}

/** null: it is not of levin. */
export function readResponse(payload: Uint8Array): Uint8Array | StoredPayload | { readonly refused: WireError } | null {
  const response = parsed(payload) as LambdaResponse | null;
  if (response === null || typeof response.levin !== 'string') return null;
  if ('refused' in response) return { refused: response.refused };
  return 'packed' in response || 'stored' in response ? contentOf(response) : null;
}

export function unpackWork(content: Uint8Array): InvokedWork {
  return deserialize(content) as InvokedWork;
}

export function unpackAnswer(content: Uint8Array): LambdaAnswer {
  return deserialize(content) as LambdaAnswer;
}

function payloadOf(content: Uint8Array | StoredPayload): Payload {
  if (!(content instanceof Uint8Array)) return { stored: content };
  return { packed: Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64') };
}

function contentOf(payload: Payload): Uint8Array | StoredPayload {
  return 'stored' in payload ? payload.stored : Buffer.from(payload.packed, 'base64');
}

/** A JSON object; null for everything else. */
export function parsed(payload: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
