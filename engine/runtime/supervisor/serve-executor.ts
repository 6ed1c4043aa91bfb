import type { PreferredPlaces } from '../../types/block-report.ts';
import type { TaskSpec } from '../../types/task.ts';
import { toWireError } from '../worker/wire-error.ts';
import { type Build, checkSameBuild, type ExecutorSetup, type FromExecutor, type ToExecutor } from './executor-protocol.ts';
import type { Supervisor } from './supervisor.ts';

/** The executor's end of the connection to its driver. */
export interface ExecutorChannel {
  send(message: FromExecutor): void;
  onMessage(handler: (message: ToExecutor) => void): void;
  /** The driver is gone. */
  onDisconnect(handler: () => void): void;
}

export interface ServeExecutorOptions {
  readonly channel: ExecutorChannel;
  readonly build: Build;
  readonly createSupervisor: (setup: ExecutorSetup, onWarning: (message: string) => void) => Supervisor;
  /** Whether the process can still start workers. It cannot once its folder is gone: somebody has tidied the disk. */
  readonly canWork: (setup: ExecutorSetup) => boolean;
  /** Ends this process, whatever its threads do; called once, last. */
  readonly end: (setup: ExecutorSetup | null) => void;
}

/**
 * Serves one driver until it says `close` or is gone: an executor never outlives its driver.
 * Only wiring runs here; user code runs in the supervisor's workers, so that every message is answered.
 */
export function serveExecutor(options: ServeExecutorOptions): void {
  const { channel } = options;
  let setup: ExecutorSetup | null = null;
  let supervisor: Supervisor | null = null;
  const aborts = new Map<string, AbortController>();

  const begin = (wanted: ExecutorSetup): void => {
    setup = wanted;
    try {
      checkSameBuild(wanted, options.build);
      supervisor = options.createSupervisor(wanted, (message) => channel.send({ kind: 'warning', message }));
      channel.send({ kind: 'ready', ...options.build });
    } catch (error) {
      channel.send({ kind: 'refused', message: toWireError(error).message });
    }
  };

  const run = async (spec: TaskSpec, prefer: PreferredPlaces | null): Promise<void> => {
    const { attemptId } = spec;
    const abort = new AbortController();
    aborts.set(attemptId, abort);
    const outcome = await (supervisor as Supervisor).run(spec, {
      signal: abort.signal,
      ...(prefer === null ? {} : { prefer }),
      onEvent: (event) => channel.send({ kind: 'event', attemptId, event }),
    });
    // Withdrawn attempts are forgotten before they settle: the driver has been told already.
    if (aborts.delete(attemptId)) channel.send({ kind: 'outcome', attemptId, outcome });
    // The driver starts another one in its place.
    if (outcome.kind === 'failure' && setup !== null && !options.canWork(setup)) options.end(setup);
  };

  channel.onMessage((message) => {
    switch (message.kind) {
      case 'setup':
        begin(message.setup);
        break;
      case 'task':
        void run(detached(message.spec), message.prefer);
        break;
      case 'cancel':
        aborts.get(message.attemptId)?.abort();
        break;
      case 'dropBlocks':
        supervisor?.dropBlocks(message.rdds, message.forGood);
        break;
      case 'takeBack':
        if (supervisor?.withdraw(message.attemptId) !== true) break;
        aborts.delete(message.attemptId);
        channel.send({ kind: 'gaveBack', attemptId: message.attemptId });
        break;
      case 'forget':
        supervisor?.forgetBroadcast(message.appId, message.hash);
        break;
      case 'close':
        void (async () => {
          await supervisor?.close();
          options.end(setup);
        })();
        break;
    }
  });
  channel.onDisconnect(() => options.end(setup));
}

/** A received array is a window on the whole message, and cloning a window into a worker clones all of what lies behind it. */
function detached(spec: TaskSpec): TaskSpec {
  const { template, bounds } = spec;
  return { ...spec, template: { ...template, inline: template.inline?.slice() ?? null }, bounds: bounds?.slice() ?? null };
}
