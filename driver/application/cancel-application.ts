import { LevinError } from '../../engine/errors/levin-error.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import { type AppRecord, readRecord } from './app-record.ts';
import { type AppState, type AppStateOptions, appStateOf } from './app-state.ts';
import { requestCancel } from './cancel-request.ts';
import { onEngine } from './on-engine.ts';

/** How long a driver may take to stop: it ends its tasks and waits until they have told. */
const PATIENCE_MS = 30_000;
/** A function may have to be started first, or take over from one that died. */
const FUNCTION_PATIENCE_MS = 60_000;
const LOOK_MS = 100;

/**
 * Asks a running driver to stop and waits until it has; gives what the application is in then.
 * Fails with `APP_NOT_RUNNING`, and with `CANCEL_NOT_ANSWERED` when the driver does not react.
 */
export async function cancelApplication(record: AppRecord, options: AppStateOptions): Promise<AppState> {
  const { metadata, clock } = options;
  const { appId, epoch } = record;
  const state = await appStateOf(record, options);
  if (record.submitted !== undefined && (state === 'running' || state === 'submitted')) return await cancelSubmitted(record, options);
  if (state !== 'running') throw notRunning(record, state);
  await requestCancel(metadata, appId, epoch);
  const until = clock.monotonic() + PATIENCE_MS;
  while (clock.monotonic() < until) {
    await clock.sleep(LOOK_MS);
    const now = (await readRecord(metadata, appId)) ?? record;
    if (now.outcome !== null || now.epoch !== epoch || options.processState(now.process) === 'dead') return await appStateOf(now, options);
  }
  throw notAnswered(record);
}

/** Its drivers follow each other: each that takes over is asked. */
async function cancelSubmitted(record: AppRecord, options: AppStateOptions): Promise<AppState> {
  const { metadata, clock } = options;
  const { appId } = record;
  let asked: number | null = null;
  const until = clock.monotonic() + FUNCTION_PATIENCE_MS;
  while (clock.monotonic() < until) {
    const epoch = Number((await metadata.get(metadataKeys.lease(appId)))?.['epoch']);
    if (epoch !== asked) await requestCancel(metadata, appId, epoch);
    asked = epoch;
    await clock.sleep(LOOK_MS);
    const now = (await readRecord(metadata, appId)) ?? record;
    if (now.outcome !== null) return await appStateOf(now, options);
  }
  throw notAnswered(record);
}

const ENDED: Readonly<Record<Exclude<AppState, 'running'>, string>> = {
  submitted: 'its driver function has not begun',
  dead: 'its driver has died',
  failed: 'it has failed',
  cancelled: 'it was cancelled',
  finished: 'it has succeeded',
  removed: 'it was removed',
};

function notRunning(record: AppRecord, state: Exclude<AppState, 'running'>): LevinError {
  const { appId } = record;
  const next = state === 'finished' || state === 'removed' ? '' : ` ${whatIsKept(record)}`;
  return new LevinError({
    code: 'APP_NOT_RUNNING',
    fault: 'user',
    message: `Application ${appId} does not run: ${ENDED[state]}. There is nothing to cancel.${next}`,
    details: { appId, state },
  });
}

/** What can be done with an application that has not succeeded. */
export function whatIsKept({ appId, master }: AppRecord): string {
  const on = onEngine(master);
  return `What it has committed is kept: resume it with levin run JOB --app ${appId}${on}, or remove it with levin gc ${appId}${on}.`;
}

function notAnswered({ appId, process, submitted }: AppRecord): LevinError {
  if (submitted !== undefined) {
    return new LevinError({
      code: 'CANCEL_NOT_ANSWERED',
      fault: 'transient',
      message: `No driver function of application ${appId} has answered for ${FUNCTION_PATIENCE_MS / 1000} s: none has begun yet, or it is busy in code of its own. Ask again.`,
      details: { appId },
    });
  }
  return new LevinError({
    code: 'CANCEL_NOT_ANSWERED',
    fault: 'transient',
    message: `The driver of application ${appId} (process ${process.pid}) was asked to stop and has not done so for ${PATIENCE_MS / 1000} s: it is frozen, or busy in code of its own. It stops when it comes to it; to end it now: kill -9 ${process.pid}. Nothing that is committed is lost by that.`,
    details: { appId, pid: process.pid },
  });
}
