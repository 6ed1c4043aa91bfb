import { relative, resolve } from 'node:path';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { checkFiles, type Finding, sourceFilesBelow } from './check-files.ts';

/** `levin check [files…]`: prints warnings; without files, about every source file below the working folder. Warnings give exit code 1. */
export async function check(argv: readonly string[]): Promise<void> {
  const option = argv.find((word) => word.startsWith('-'));
  if (option !== undefined) {
    throw new LevinError({ code: 'USAGE', fault: 'user', message: `levin check: unknown option "${option}". Usage: levin check [files…]` });
  }
  const findings = checkFiles(argv.length > 0 ? argv : sourceFilesBelow(resolve('.')));
  process.stdout.write(`${formatFindings(findings, process.cwd())}\n`);
  if (findings.length > 0) process.exitCode = 1;
}

/** The findings for a terminal: place and message, the code below, and a last line that counts. */
export function formatFindings(findings: readonly Finding[], folder: string): string {
  const texts = findings.map(
    ({ file, line, column, message, frame }) => `${relative(folder, file)}:${line}:${column}: warning: ${message}\n${frame}\n`,
  );
  const count = findings.length === 0 ? 'No problems found.' : `${findings.length} ${findings.length === 1 ? 'warning' : 'warnings'}.`;
  return [...texts, count].join('\n');
}
