import { expect, test } from 'vitest';
import { createBarRegion } from '../../../driver/console/bar-region.ts';
import { createFakeTerminal } from '../../support/fake-terminal.ts';

test('a frame replaces the one before', () => {
  const terminal = createFakeTerminal(80);
  const region = createBarRegion(terminal, []);
  terminal.write('above\n');
  region.draw(['one', 'two']);
  expect(terminal.screen()).toBe('above\none\ntwo');
  region.draw(['three']);
  expect(terminal.screen()).toBe('above\nthree');
  region.clear();
  expect(terminal.screen()).toBe('above');
});

test('the same frame is not drawn again', () => {
  const terminal = createFakeTerminal(80);
  const region = createBarRegion(terminal, []);
  region.draw(['one']);
  const written = terminal.written();
  region.draw(['one']);
  expect(terminal.written()).toBe(written);
});

test('whatever is printed meanwhile stands above, untorn, by whichever stream it comes', () => {
  const terminal = createFakeTerminal(80);
  const stdout = { isTTY: true as const, write: (text: string | Uint8Array) => terminal.write(text) };
  const region = createBarRegion(terminal, [stdout]);
  region.draw(['[bar]']);
  stdout.write('a result\n');
  expect(terminal.screen()).toBe('a result');
  region.draw(['[bar]']);
  terminal.write(new TextEncoder().encode('bytes\n'));
  region.draw(['[bar]']);
  expect(terminal.screen()).toBe('a result\nbytes\n[bar]');
});

test('a line that somebody began is not disturbed until it ends', () => {
  const terminal = createFakeTerminal(80);
  const region = createBarRegion(terminal, []);
  terminal.write('working … ');
  region.draw(['[bar]']);
  terminal.write('');
  region.draw(['[bar]']);
  expect(terminal.screen()).toBe('working …');
  terminal.write(new TextEncoder().encode('done\n'));
  region.draw(['[bar]']);
  expect(terminal.screen()).toBe('working … done\n[bar]');
});

test('a terminal made narrower: the wrapped rows are cleared too', () => {
  const terminal = createFakeTerminal(10);
  const region = createBarRegion(terminal, []);
  terminal.write('above\n');
  region.draw(['1234567890abc', 'x']);
  expect(terminal.screen()).toBe('above\n1234567890\nabc\nx');
  region.clear();
  expect(terminal.screen()).toBe('above');
});

test('after its release the streams are as they were', () => {
  const terminal = createFakeTerminal(80);
  const { write } = terminal;
  const stdout = Object.create({ write: (_: string | Uint8Array) => true }) as { write(text: string | Uint8Array): boolean };
  const region = createBarRegion(terminal, [stdout]);
  region.draw(['[bar]']);
  region.release();
  expect(terminal.screen()).toBe('');
  expect(terminal.write).toBe(write);
  expect(Object.hasOwn(stdout, 'write')).toBe(false);
});

test('somebody who wrapped the stream later keeps the wrapper', () => {
  const terminal = createFakeTerminal(80);
  const region = createBarRegion(terminal, []);
  const theirs = (_: string | Uint8Array): boolean => true;
  terminal.write = theirs;
  region.release();
  expect(terminal.write).toBe(theirs);
});
