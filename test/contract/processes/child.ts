import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process that runs a program of this folder and speaks in lines. */
export interface Child {
  /** The next line it writes; null when it has ended. */
  nextLine(): Promise<string | null>;
  send(line: string): void;
  kill(): void;
  /** Resolves when it has ended, with what it was killed by or exited with. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
}

/** Starts a program with the same Node as this process. */
export function startChild(program: URL, args: readonly string[]): Child {
  const process_: ChildProcess = spawn(process.execPath, [fileURLToPath(program), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (process_.stdout === null || process_.stdin === null) throw new Error('a child without pipes');
  const { stdin } = process_;
  // A child that was killed cannot be written to: its end is told by `ended`.
  stdin.on('error', () => {});
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  return {
    async nextLine() {
      const line = await lines.next();
      return line.done === true ? null : line.value;
    },
    send: (line) => void stdin.write(`${line}\n`),
    kill: () => void process_.kill('SIGKILL'),
    ended: new Promise((resolve) => process_.once('exit', (code, signal) => resolve(signal ?? code))),
  };
}
