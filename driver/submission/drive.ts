import type { DriveEvent, DriverEvent } from '../../engine/types/driver-event.ts';
import { type AppRecord, readRecord } from '../application/app-record.ts';
import { loadJournal } from '../journal/load-journal.ts';
import { claimLife, MAX_IDLE_RESTARTS, MAX_TELLING_LIVES, noteProgress } from './driver-lives.ts';
import { LEASE_LOST_EXIT } from './driver-messages.ts';
import { createDriverOutput, type DriverOutput } from './driver-output.ts';
import type { DriverProcess, ProcessEnd, StartDriverProcess } from './driver-process.ts';
import { announced, type EndOptions, endApplication, whenFree } from './end-application.ts';
import { decodeJob } from './packed-job.ts';

export interface DriveOptions extends EndOptions {
  readonly startProcess: (options: StartDriverProcess) => DriverProcess;
  /** Invokes this function asynchronously. */
  readonly invoke: (event: DriverEvent) => Promise<void>;
  /** Until Lambda ends this invocation. */
  readonly remainingMs: () => number;
  readonly requestId: string;
}

/**
 * - `over`: the application has ended.
 * - `handedOver`: another invocation goes on.
 * - `nothing`: there was nothing to do, for another invocation has it, or nobody knows the application.
 */
export type Driven = { readonly kind: 'over' | 'handedOver' | 'nothing'; readonly appId: string; readonly life: number };

/** The driver stops submitting so long before its time limit; with a short limit, half of it before. */
const MARGIN_MS = 30_000;
/** Of the margin, for the process to hand over; what then does not react is killed. */
const HAND_OVER_SHARE = 0.5;

/**
 * One life of an application's driver, as one invocation.
 *
 * ```
 *  life claimed ─▶ process runs the job ─┬─ ends with an outcome ──────────▶ announced
 *                                        ├─ its time is over ─▶ hands over ─▶ next life invoked
 *                                        └─ is killed, or Lambda ends all ──▶ this invocation has failed: its failure queue starts the next life
 * ```
 */
export async function drive(event: DriveEvent, options: DriveOptions): Promise<Driven> {
  const { appId, life } = event;
  const { metadata, objects, random } = options.stores;
  const driven = (kind: Driven['kind']): Driven => ({ kind, appId, life });
  const record = await readRecord(metadata, appId);
  if (record?.submitted === undefined) return driven('nothing');
  // Before anything that may fail: what fails each time must come to an end.
  const claimed = await claimLife(metadata, appId, { life, owner: random.uuid() });
  if (claimed === null) return driven('nothing');
  // The life before has ended the application, and died before it could tell.
  if (record.outcome !== null) {
    if (claimed.idle <= MAX_TELLING_LIVES) await announced(record, options);
    else console.error(`The end of ${appId} (${record.outcome}) cannot be told: ${event.after ?? 'no reason is known'}`);
    return driven('over');
  }
  const isLast = claimed.idle > 1 + MAX_IDLE_RESTARTS;
  const journal = await loadJournal({ metadata, objects, appId }).catch((error: unknown) => {
    if (isLast) return null;
    throw error;
  });
  const lives = await noteProgress(metadata, appId, { lives: claimed, progress: journal?.progress ?? 0 });
  const start = journal?.app ?? null;
  if (lives.idle > 1 + MAX_IDLE_RESTARTS || start === null) {
    const ended = await endApplication(record, options, { outcome: 'failed', message: gaveUp(event) });
    return driven(ended ? 'over' : 'nothing');
  }
  const job = decodeJob(await objects.get(record.submitted.key), record.submitted.hash);
  const output = openOutput(appId, options);
  const stop = new AbortController();
  let child: DriverProcess | null = null;
  try {
    if (life > 1)
      void output.write('stderr', `levin: driver ${life} of ${appId} goes on${event.after === undefined ? '' : ` (${event.after})`}\n`);
    child = options.startProcess({ appId, start, files: job.files, onOutput: output.write });
    const end = await endOf(child, options, stop.signal);
    if (end === 'handedOver') {
      await options.invoke({ kind: 'drive', appId, life: life + 1 });
      return driven('handedOver');
    }
    // Whoever waits for the end wants what was printed: listeners on the bus may take their time.
    await output.close();
    return driven(await afterEnd(record, end, options));
  } finally {
    stop.abort();
    // Also when the next life could not be invoked: in a warm environment it would live on.
    await child?.kill();
    await output.close();
  }
}

async function endOf(child: DriverProcess, options: DriveOptions, signal: AbortSignal): Promise<ProcessEnd | 'handedOver'> {
  const { clock } = options.stores;
  const leftMs = options.remainingMs();
  const marginMs = Math.min(MARGIN_MS, leftMs / 2);
  let killed = false;
  const handOver = async (): Promise<'handedOver'> => {
    await clock.sleep(leftMs - marginMs, { signal });
    const kill = clock.sleep(marginMs * HAND_OVER_SHARE, { signal }).then(() => {
      killed = true;
      return child.kill();
    });
    await Promise.race([child.handOver(), kill]);
    return 'handedOver';
  };
  const handedOver = handOver();
  // It ends with the signal when the process has ended first.
  handedOver.catch(() => undefined);
  return await Promise.race([child.ended.then((end) => (killed ? 'handedOver' : end)), handedOver]);
}

/** The process has ended by itself. */
async function afterEnd(record: AppRecord, { code, signal }: ProcessEnd, options: DriveOptions): Promise<Driven['kind']> {
  const now = (await readRecord(options.stores.metadata, record.appId)) ?? record;
  if (await announced(now, options)) return 'over';
  if (signal !== null)
    throw new Error(`The driver's process of ${record.appId} was killed (${signal}): out of memory, or a crash of Node.`);
  if (code === LEASE_LOST_EXIT) {
    const free = await whenFree(now, options, async () => {
      throw new Error(`The driver of ${record.appId} lost its lease: it was frozen, or could not reach the table for too long.`);
    });
    return free ? 'over' : 'nothing';
  }
  // It called process.exit, failed before it had a Context, or never opened one: the same would come of it again.
  const message = whyFailed(now, code);
  const ended = await endApplication(now, options, { outcome: message === null ? 'succeeded' : 'failed', message });
  return ended ? 'over' : 'nothing';
}

/** null: it has not failed. */
function whyFailed({ appId, epoch }: AppRecord, code: number | null): string | null {
  const printed = `levin logs ${appId} has what it printed.`;
  if (code !== 0) return `The job's process ended with exit code ${code}; ${printed}`;
  // Epoch 0 is its submitter's: no driver has opened a Context.
  if (epoch === 0) return null;
  return `The job's process ended with exit code 0 while its Context was open: stop() it before process.exit, or let the file end by itself; ${printed}`;
}

function openOutput(appId: string, { stores: { objects, clock }, requestId }: DriveOptions): DriverOutput {
  const life = `${clock.now()}-${requestId}`;
  return createDriverOutput({
    objects,
    clock,
    appId,
    life,
    onError: (error) => console.error(`The output of ${appId} cannot be kept: ${String(error)}`),
  });
}

function gaveUp({ appId, life, after }: DriveEvent): string {
  const last = after === undefined ? '' : ` The last one: ${after.replace(/\.$/, '')}.`;
  return (
    `Its driver was started again ${MAX_IDLE_RESTARTS} times and got no further.${last} What is committed is kept: levin logs ${appId} says how far the ` +
    `${life - 1} drivers came; give the driver function more memory or time, or split steps that take longer than its time limit.`
  );
}
