import { LevinError } from '../errors/levin-error.ts';

const FILE_NAME = /^[\w-][\w.-]{0,99}$/;

/** Throws `INVALID_KEY` unless `file` can name a scratch file on every system. */
export function checkScratchFile(file: string): void {
  if (FILE_NAME.test(file)) return;
  throw new LevinError({
    code: 'INVALID_KEY',
    fault: 'internal',
    message: `The scratch file name ${JSON.stringify(file)} is not valid. Use 1 to 100 letters, digits, ".", "_" and "-", not starting with a dot.`,
    details: { file },
  });
}

export interface ScratchRoom {
  readonly usedBytes: number;
  readonly addedBytes: number;
  readonly limitBytes: number;
}

/** Throws `SCRATCH_FULL` unless the bytes still fit. */
export function checkScratchRoom(file: string, room: ScratchRoom): void {
  if (room.usedBytes + room.addedBytes <= room.limitBytes) return;
  throw new LevinError({
    code: 'SCRATCH_FULL',
    fault: 'resource',
    message:
      `The attempt's temporary space is full: "${file}" needs ${room.addedBytes} bytes more, and ${room.usedBytes} of ${room.limitBytes} bytes are used. ` +
      'Use more partitions, so that each holds less.',
    details: { file, ...room },
  });
}

export function scratchDropped(): LevinError {
  return new LevinError({
    code: 'SCRATCH_DROPPED',
    fault: 'internal',
    message: 'The temporary files of this attempt were dropped already. Open new ones for a new attempt.',
  });
}
