import type { Random } from '../../ports/random.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import { ownDelivery } from '../../runtime/own-delivery.ts';
import type { Build } from '../../runtime/supervisor/executor-protocol.ts';
import { toWireError } from '../../runtime/worker/wire-error.ts';
import type { TaskEvent, TaskSpec } from '../../types/task.ts';
import { decodeRequest, encodeAnswer, encodeRefusal } from './lambda-protocol.ts';

/** What is left of the time limit when an attempt is stopped: for the worker to end, the answer to be written, and Lambda to bring it. */
const REPORT_MS = 2_500;

/** What this side needs of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<unknown>;

export type EnvironmentSupervisor = Pick<TaskRunner, 'run' | 'close'>;

export interface LambdaHandlerOptions {
  readonly build: Build;
  /** Name of this environment. */
  readonly environmentId: string;
  readonly random: Random;
  /** The supervisor of user code, without any yet. */
  readonly openSupervisor: () => EnvironmentSupervisor;
  /** Removes what earlier attempts have left on disk. */
  readonly clearFolder: (keepCode: boolean) => void;
  readonly residentBytes: () => number;
}

/**
 * One invocation is one attempt; an environment gets one after the other.
 * ```
 *   event ─▶ same build? ─▶ same app and bundle as before?
 *                             │ yes: its worker is warm, its code fetched
 *                             │ no:  worker ended, code removed
 *            empty folder ◀───┘
 *            attempt, at most until shortly before Lambda's own limit ─▶ answer: outcome, what it printed, environment
 * ```
 * The first supervisor is made at once, so that its worker starts while Lambda still starts the environment.
 */
export function createLambdaHandler(options: LambdaHandlerOptions): LambdaHandler {
  const { build, clearFolder, openSupervisor } = options;
  let supervisor = openSupervisor();
  let identity: string | null = null;
  let cold = true;

  /** User code of one app and bundle at most has been in this environment since it was last empty. */
  const makeReadyFor = async ({ appId, bundleHash, settings }: TaskSpec): Promise<void> => {
    // A resumed application may have other settings.
    const wanted = `${appId}/${bundleHash ?? ''}/${JSON.stringify(settings)}`;
    const other = identity !== null && identity !== wanted;
    if (other) {
      await supervisor.close();
      supervisor = openSupervisor();
    }
    clearFolder(identity === wanted);
    identity = wanted;
  };

  return async (event, context) => {
    let spec: TaskSpec;
    try {
      spec = ownDelivery(decodeRequest(build, event), options.random);
    } catch (error) {
      return encodeRefusal(build, toWireError(error).message);
    }
    await makeReadyFor(spec);
    const leftMs = Math.max(1, context.getRemainingTimeInMillis() - REPORT_MS);
    const events: TaskEvent[] = [];
    const outcome = await supervisor.run(
      { ...spec, maxMs: Math.min(spec.maxMs ?? leftMs, leftMs) },
      {
        signal: new AbortController().signal,
        // That it started has been told by whoever invoked.
        onEvent: (told) => void (told.kind !== 'started' && events.push(told)),
      },
    );
    const environment = {
      id: options.environmentId,
      cold,
      memoryUsedBytes: options.residentBytes(),
      timeLeftMs: context.getRemainingTimeInMillis(),
    };
    cold = false;
    return encodeAnswer(build, { outcome, events, environment });
  };
}
