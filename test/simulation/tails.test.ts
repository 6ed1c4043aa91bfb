import { expect, test } from 'vitest';
import { readRepositoryFile } from '../support/consumer.ts';
import { measureTail, TAIL_CASES, type TailFigures, tailLines } from './support/tail-figures.ts';

test('with some answers a hundred times as slow, the slowest of a thousand comes 5 times as soon for at most 1 % more requests; docs/requests.md has the figures', async () => {
  const rows: { readonly plain: TailFigures; readonly wrapped: TailFigures }[] = [];
  for (const tail of TAIL_CASES) {
    rows.push({ plain: await measureTail({ ...tail, wrapped: false }), wrapped: await measureTail({ ...tail, wrapped: true }) });
  }
  for (const { plain, wrapped } of rows) {
    expect(plain.requests).toBe(plain.calls);
    expect(wrapped.requests).toBeLessThanOrEqual(wrapped.calls * 1.01);
    expect(wrapped.max).toBeLessThanOrEqual(plain.max);
    if (plain.slow > 0) expect(plain.p999 / wrapped.p999).toBeGreaterThan(5);
  }
  const page = readRepositoryFile('docs/requests.md').split('\n');
  const lines = rows.flatMap(({ plain, wrapped }) => tailLines(plain, wrapped));
  expect(
    page.filter((line) => lines.some((of) => line.startsWith(of.slice(0, of.indexOf(' | '))))),
    lines.join('\n'),
  ).toEqual(lines);
});
