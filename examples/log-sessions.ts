// Visits to a web site, from its access log: npx levin run examples/log-sessions.ts 'access-log/*' 30
import { crc32 } from 'node:zlib';
import type { Context } from 'levin';

interface Session {
  readonly visitor: string;
  readonly landing: string;
  readonly startMs: number;
  endMs: number;
  hits: number;
}

type Hit = [key: [visitor: string, timeMs: number], page: string];

/** Apache's and nginx's combined format: address, time, path, browser. */
const LINE = /^(\S+) \S+ \S+ \[(\d+)\/(\w+)\/(\d+):([\d:]+) ([+-]\d{4})\] "\S+ (\S+)[^"]*" \d+ \S+ "[^"]*" "([^"]*)"/;

export default async function logSessions(lv: Context, args: readonly string[]): Promise<void> {
  const [input = 'access-log', gapMinutes = '30'] = args;
  const gapMs = Number(gapMinutes) * 60_000;
  const lines = lv.textFile(input);
  const partitions = lv.defaultParallelism;

  // All hits of a visitor come to one partition, in the order of time: nobody's hits need to be gathered to be sorted.
  const sessions = lines
    .flatMap(parse)
    .repartitionAndSortWithinPartitions({ numPartitions: partitions, partitionFunc: ([visitor]) => crc32(visitor) % partitions })
    .mapPartitions((hits) => toSessions(hits, gapMs));

  const unreadable = await lines.filter((line) => !LINE.test(line)).count();
  const hits = await sessions.map((session) => session.hits).stats();
  const minutes = await sessions.map(({ startMs, endMs }) => (endMs - startMs) / 60_000).mean();
  console.log(`${hits.sum} hits in ${hits.count} sessions of ${hits.mean.toFixed(1)} hits and ${minutes.toFixed(1)} minutes`);
  console.log(`${unreadable} lines that are no hits`);
  const [longest] = await sessions.top(1, (session) => session.hits);
  console.log(`the longest has ${longest?.hits} hits: ${longest?.visitor}`);
  const landings = sessions.map(({ landing }) => [landing, 1]).reduceByKey((a, b) => a + b);
  for (const [page, n] of await landings.top(3, ([, n]) => n)) console.log(`${String(n).padStart(6)} begin at ${page}`);
}

function parse(line: string): Hit[] {
  const [, address, day, month, year, time, zone, page, browser] = LINE.exec(line) ?? [];
  if (address === undefined || page === undefined) return [];
  return [[[`${address} ${browser}`, Date.parse(`${day} ${month} ${year} ${time} ${zone}`)], page]];
}

/** A visitor who does nothing for `gapMs` begins a new session with the next hit. */
function* toSessions(hits: Iterable<Hit>, gapMs: number): Generator<Session> {
  let session: Session | undefined;
  for (const [[visitor, timeMs], page] of hits) {
    if (session?.visitor === visitor && timeMs - session.endMs <= gapMs) {
      session.endMs = timeMs;
      session.hits++;
    } else {
      if (session !== undefined) yield session;
      session = { visitor, landing: page, startMs: timeMs, endMs: timeMs, hits: 1 };
    }
  }
  if (session !== undefined) yield session;
}
