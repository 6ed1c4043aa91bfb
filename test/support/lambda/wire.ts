import {
  type AttemptAnswer,
  type InvokedWork,
  type LambdaResponse,
  pack,
  readRequest,
  responseOf,
  unpackWork,
} from '../../../engine/adapters/aws/lambda-protocol.ts';
import type { EnvironmentReport } from '../../../engine/types/invocation.ts';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { TEST_BUILD } from '../executors/test-build.ts';

export const ENVIRONMENT: EnvironmentReport = { id: 'env-1', cold: true, memoryUsedBytes: 80_000_000, timeLeftMs: 890_000 };

/** What an invocation's event asks for, where it is in the event itself. */
export function workIn(event: Uint8Array): InvokedWork {
  return unpackWork(readRequest(TEST_BUILD, JSON.parse(new TextDecoder().decode(event))) as Uint8Array);
}

/** What a function answers of these attempts. */
export function answered(attempts: readonly AttemptAnswer[]): LambdaResponse {
  return responseOf(TEST_BUILD, pack({ attempts, environment: ENVIRONMENT }));
}

/** Each attempt as it would have to go alone, unless it is said to have taken less. */
export function answerOf({ attemptId }: TaskSpec, outcome: TaskOutcome, more: Partial<AttemptAnswer> = {}): AttemptAnswer {
  return { attemptId, outcome, events: [], tookMs: 60_000, ...more };
}
