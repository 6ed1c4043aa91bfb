import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExampleProject } from '../../support/example-runs.ts';
import { testExample } from '../../support/test-example.ts';

/** Splits the lines by hand, and holds every visitor's times in a map. */
function plainSessions({ path }: ExampleProject): string {
  const folder = join(path, 'access-log');
  const parts = readdirSync(folder).filter((name) => name.startsWith('part-'));
  const lines = parts.flatMap((part) => readFileSync(join(folder, part), 'utf8').trimEnd().split('\n'));
  const visitors = new Map<string, { readonly second: number; readonly page: string }[]>();
  let bad = 0;
  for (const line of lines) {
    const pieces = line.split('"');
    if (pieces.length !== 7) {
      bad++;
      continue;
    }
    const [head, request, , , , agent] = pieces as [string, string, string, string, string, string];
    const [day, month, year, hour, minute, second] = head.slice(head.indexOf('[') + 1).split(/[/: ]/) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const at = Date.UTC(
      Number(year),
      'JanFebMarAprMayJunJulAugSepOctNovDec'.indexOf(month) / 3,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    const visitor = `${head.split(' ')[0]} ${agent}`;
    const hits = visitors.get(visitor) ?? [];
    hits.push({ second: at / 1000, page: request.split(' ')[1] as string });
    visitors.set(visitor, hits);
  }
  const sessions = [...visitors].flatMap(([visitor, hits]) => {
    const sorted = hits.toSorted((a, b) => a.second - b.second);
    const starts = sorted.flatMap(({ second }, i) => (i === 0 || second - (sorted[i - 1]?.second as number) > 1800 ? [i] : []));
    return starts.map((start, i) => ({ visitor, hits: sorted.slice(start, starts[i + 1]) }));
  });
  const seconds = sessions.reduce((sum, { hits }) => sum + (hits.at(-1)?.second as number) - (hits[0]?.second as number), 0);
  const all = sessions.reduce((sum, { hits }) => sum + hits.length, 0);
  const longest = sessions.toSorted((a, b) => b.hits.length - a.hits.length)[0];
  const landings = Object.entries(Object.groupBy(sessions, ({ hits }) => hits[0]?.page as string)).map(
    ([page, of]) => [page, of?.length ?? 0] as const,
  );
  return [
    `${all} hits in ${sessions.length} sessions of ${(all / sessions.length).toFixed(1)} hits and ${(seconds / 60 / sessions.length).toFixed(1)} minutes`,
    `${bad} lines that are no hits`,
    `the longest has ${longest?.hits.length} hits: ${longest?.visitor}`,
    ...landings
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 3)
      .map(([page, n]) => `${String(n).padStart(6)} begin at ${page}`),
    '',
  ].join('\n');
}

testExample('log-sessions', {
  expected: (project) => ['', plainSessions(project)],
  totals: ['1 job, 3 stages, 6 tasks, 0 retries', '5 jobs, 7 stages, 16 tasks, 0 retries'],
  mistake: ['examples/log-sessions.ts', 'timeMs - session.endMs <= gapMs', 'timeMs - session.startMs <= gapMs'],
});
