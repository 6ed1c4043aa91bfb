import type { FromExecutor, ToExecutor } from '../../runtime/supervisor/executor-protocol.ts';
import type { ExecutorChannel } from '../../runtime/supervisor/serve-executor.ts';

/** The connection of this executor process to the driver that forked it. */
export function driverChannel(): ExecutorChannel {
  // Ctrl-C reaches every process of the terminal; it is the driver that decides what to do about it.
  process.on('SIGINT', () => undefined);
  return {
    // A driver that is gone is told by onDisconnect; what was to be said to it does not matter any more.
    send: (message: FromExecutor) => void (process.connected && process.send?.(message, undefined, undefined, () => undefined)),
    onMessage: (handler) => void process.on('message', (message) => handler(message as ToExecutor)),
    onDisconnect: (handler) => void process.on('disconnect', handler),
  };
}

/** Ends this process whatever its threads do: a clean exit would wait for one that native code holds. */
export function endProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}
