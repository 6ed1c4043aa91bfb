import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDirectoryScratch } from '../../../engine/adapters/local/scratch-directory.ts';
import { temporaryFolder } from '../../contract/temporary-folder.ts';

function attemptFolder(): string {
  const parent = temporaryFolder();
  onTestFinished(parent.remove);
  return join(parent.path, 'attempt');
}

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    return { returned: call() };
  } catch (error) {
    return error;
  }
}

test('the folder is made at the first append and removed with everything in it', () => {
  const folder = attemptFolder();
  const scratch = createDirectoryScratch({ folder, limitBytes: 100 });
  expect(existsSync(folder)).toBe(false);
  scratch.append('a', new Uint8Array(3));
  expect(readdirSync(folder)).toEqual(['a']);
  scratch.dropAll();
  expect(existsSync(folder)).toBe(false);
});

test('dropping what was never used makes and removes nothing', () => {
  const folder = attemptFolder();
  createDirectoryScratch({ folder, limitBytes: 100 }).dropAll();
  expect(existsSync(folder)).toBe(false);
});

test('a full disk is SCRATCH_FULL with folder, bytes wanted, bytes free and what to do', () => {
  const folder = attemptFolder();
  mkdirSync(folder);
  // Every write to this device fails for lack of space.
  symlinkSync('/dev/full', join(folder, 'runs'));
  const scratch = createDirectoryScratch({ folder, limitBytes: 10_000 });
  scratch.append('other', new Uint8Array(10));
  const error = thrownBy(() => scratch.append('runs', new Uint8Array(4096)));
  expect(error).toMatchObject({
    code: 'SCRATCH_FULL',
    fault: 'resource',
    details: { folder, file: 'runs', addedBytes: 4096, usedBytes: 10, freeBytes: expect.any(Number) },
  });
  const { freeBytes } = (error as { details: { freeBytes: number } }).details;
  expect((error as Error).message).toBe(
    `The disk of the temporary folder ${folder} is full: 4096 bytes more were to be written, and ${freeBytes} bytes are free; this task holds 10 bytes there. ` +
      'Set localDir to a folder on a larger disk, free some space, or use more partitions, so that each task holds less.',
  );
  expect(scratch.usedBytes()).toBe(10);
  scratch.dropAll();
  expect(existsSync(folder)).toBe(false);
});

test('a folder that vanishes under a task is SCRATCH_GONE; what has an open file can still be read', () => {
  const folder = attemptFolder();
  const scratch = createDirectoryScratch({ folder, limitBytes: 100 });
  scratch.append('a', Uint8Array.of(1, 2, 3));
  rmSync(folder, { recursive: true });
  expect(thrownBy(() => scratch.append('b', Uint8Array.of(1)))).toMatchObject({
    code: 'SCRATCH_GONE',
    fault: 'transient',
    message: `The temporary folder ${folder} was removed while its task ran. Keep clean-up programs away from it, or set localDir to a folder of levin's own.`,
  });
  expect(scratch.read('a', 1, 3)).toEqual(Uint8Array.of(2, 3));
  scratch.dropAll();
});

test('a place where no folder can be made is an error that names it', () => {
  const folder = attemptFolder();
  writeFileSync(folder, 'a file');
  expect(thrownBy(() => createDirectoryScratch({ folder: join(folder, 'x'), limitBytes: 9 }).append('a', new Uint8Array(1)))).toMatchObject(
    {
      code: 'NOT_A_DIRECTORY',
      fault: 'user',
      message: `Cannot write ${join(folder, 'x', 'a')}: one of its folders is a file. Choose another path, or move that file away.`,
    },
  );
});

test('a read-only place is PERMISSION_DENIED', () => {
  // Nobody can make folders there, root included.
  expect(thrownBy(() => createDirectoryScratch({ folder: '/sys/levin', limitBytes: 9 }).append('a', new Uint8Array(1)))).toMatchObject({
    code: 'PERMISSION_DENIED',
    fault: 'user',
    message: expect.stringMatching(/^Cannot write \/sys\/levin\/a: permission denied\. /),
  });
});

test('a file that was cut from outside is noticed by reads', () => {
  const folder = attemptFolder();
  const scratch = createDirectoryScratch({ folder, limitBytes: 100 });
  scratch.append('a', Uint8Array.of(1, 2, 3));
  writeFileSync(join(folder, 'a'), Uint8Array.of(9));
  expect(() => scratch.read('a', 0, 3)).toThrow(/was cut from outside at byte 1/);
  scratch.dropAll();
});

test('a failed append leaves the file as it was', () => {
  const folder = attemptFolder();
  const scratch = createDirectoryScratch({ folder, limitBytes: 4 });
  scratch.append('a', Uint8Array.of(1, 2, 3));
  expect(() => scratch.append('a', new Uint8Array(5))).toThrow(/^The attempt's temporary space is full: "a" needs 5 bytes more/);
  expect(scratch.append('a', Uint8Array.of(4))).toBe(3);
  expect(scratch.read('a', 0, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
  renameSync(folder, `${folder}-moved`);
  expect(scratch.read('a', 0, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
  scratch.dropAll();
});
