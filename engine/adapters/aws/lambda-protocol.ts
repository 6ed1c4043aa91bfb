import { deserialize, serialize } from 'node:v8';
import { type Build, checkSameBuild } from '../../runtime/supervisor/executor-protocol.ts';
import type { EnvironmentReport } from '../../types/invocation.ts';
import type { TaskEvent, TaskOutcome, TaskSettings, TaskSpec } from '../../types/task.ts';

/** Lambda's limit on a synchronous invocation's event, and on its answer. */
export const MAX_INVOKE_BYTES: number = 6 * 1024 * 1024;

/** An invocation's event. JSON, for Lambda takes nothing else; the task within as base64 of what also travels between processes. */
interface LambdaRequest extends Build {
  readonly task: string;
}

/** What an invocation returns: base64 of a `LambdaAnswer`, or why it did not run the task. */
type LambdaResponse = { readonly levin: string; readonly answer: string } | { readonly levin: string; readonly refused: string };

export interface LambdaAnswer {
  readonly outcome: TaskOutcome;
  readonly events: readonly TaskEvent[];
  readonly environment: EnvironmentReport;
}

export function encodeRequest(build: Build, task: TaskSpec): Uint8Array {
  const request: LambdaRequest = { ...build, task: serialize(task).toString('base64') };
  return Buffer.from(JSON.stringify(request));
}

/** Largest encoded task, its settings not counted, whose event is within Lambda's limit: base64 makes four bytes of three. */
export function maxTaskBytes(build: Build, settings: TaskSettings): number {
  const envelope = JSON.stringify({ ...build, task: '' } satisfies LambdaRequest).length;
  return Math.floor((MAX_INVOKE_BYTES - envelope) / 4) * 3 - serialize({ settings }).length;
}

/** Fails with `EXECUTOR_MISMATCH` when driver and function are not the same build, before anything else is read. */
export function decodeRequest(build: Build, event: unknown): TaskSpec {
  const request = event as Partial<LambdaRequest> | null;
  checkSameBuild({ levin: request?.levin ?? '(unknown)', nodeMajor: request?.nodeMajor ?? 0 }, build);
  return deserialize(Buffer.from(request?.task ?? '', 'base64')) as TaskSpec;
}

export function encodeAnswer(build: Build, answer: LambdaAnswer): LambdaResponse {
  return { levin: build.levin, answer: serialize(answer).toString('base64') };
}

export function encodeRefusal(build: Build, message: string): LambdaResponse {
  return { levin: build.levin, refused: message };
}

/** null: it is not of levin. */
export function decodeResponse(payload: Uint8Array): LambdaAnswer | { readonly refused: string } | null {
  const response = parsed(payload);
  if (response === null || typeof response['levin'] !== 'string') return null;
  if (typeof response['refused'] === 'string') return { refused: response['refused'] };
  return typeof response['answer'] === 'string' ? (deserialize(Buffer.from(response['answer'], 'base64')) as LambdaAnswer) : null;
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
