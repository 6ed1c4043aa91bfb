// Writes a made-up access log, the same for the same seed: npx levin run examples/sample-access-log.ts access-log
import type { Context } from 'levin';
import { randomNumbers } from './random.ts';

const PAGES = ['/', '/docs/', '/docs/install', '/blog/', '/pricing', '/docs/api', '/contact', '/blog/launch'];
const BROWSERS = ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5)'];
const START_MS = Date.UTC(2026, 2, 2);
const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];

interface Hit {
  readonly ip: string;
  readonly agent: string;
  readonly timeMs: number;
  readonly page: string;
}

export default async function sampleAccessLog(lv: Context, args: readonly string[]): Promise<void> {
  const [output = 'access-log', visitors = '3000', seed = '1'] = args;
  await lv
    .range(Number(visitors))
    .flatMap((visitor) => hitsOf(visitor, randomNumbers(Number(seed) * 1_000_003 + visitor)))
    .sortBy(({ timeMs }) => timeMs)
    .map(toLine)
    .saveAsTextFile(output);
}

/** A few visits over a week; visitor 0 is a crawler that never rests. */
function hitsOf(visitor: number, random: () => number): Hit[] {
  const ip = `10.${visitor >> 16}.${(visitor >> 8) & 255}.${visitor & 255}`;
  if (visitor === 0) {
    const agent = 'ExampleBot/1.0';
    return Array.from({ length: 10_080 }, (_, i) => ({
      ip,
      agent,
      timeMs: START_MS + i * MINUTE_MS,
      page: PAGES[i % PAGES.length] as string,
    }));
  }
  const agent = BROWSERS[visitor % BROWSERS.length] as string;
  return Array.from({ length: 1 + Math.floor(random() * 4) }).flatMap(() => {
    let timeMs = START_MS + Math.floor(random() * 7 * DAY_MS);
    return Array.from({ length: 1 + Math.floor(random() ** 2 * 12) }, () => {
      timeMs += Math.floor(random() ** 3 * 20 * MINUTE_MS);
      return { ip, agent, timeMs, page: PAGES[Math.floor(random() ** 2 * PAGES.length)] as string };
    });
  });
}

/** Apache's combined log format; one line in about 500 is cut off, as on a full disk. */
function toLine({ ip, agent, timeMs, page }: Hit): string {
  const [, day, month, year, time] = new Date(timeMs).toUTCString().split(' '); // Mon, 02 Mar 2026 00:00:00 GMT
  const line = `${ip} - - [${day}/${month}/${year}:${time} +0000] "GET ${page} HTTP/1.1" 200 ${1000 + page.length * 97} "-" "${agent}"`;
  return timeMs % 499 === 0 ? line.slice(0, 40) : line;
}
