// How late the last of an aircraft's flights of a day leaves: npx levin run examples/monte-carlo.ts flights-20k.json 1000000
import type { Context } from 'levin';
import { randomNumbers } from './random.ts';

interface Flight {
  readonly delay: number;
}

export default async function monteCarlo(lv: Context, args: readonly string[]): Promise<void> {
  const [input = 'node_modules/vega-datasets/data/flights-20k.json', trials = '1000000'] = args;

  const delays = await lv
    .wholeTextFiles(input)
    .flatMap(([, json]) => JSON.parse(json) as Flight[])
    .map(({ delay }) => delay)
    .collect();
  const minutes = Int16Array.from(delays); // captured below: 40 kB that travel with the function

  const lateness = lv.range(Number(trials)).map((trial) => lastDelay(minutes, randomNumbers(trial)));

  const days = [...(await lateness.countByValue())]; // how many days end how late: all there is to know, in one pass
  const share = (holds: (late: number) => boolean): number =>
    days.reduce((sum, [late, n]) => sum + (holds(late) ? n : 0), 0) / Number(trials);
  const mean = days.reduce((sum, [late, n]) => sum + late * n, 0) / Number(trials);
  console.log(`${trials} days: ${mean.toFixed(2)} minutes late on average, ${Math.max(...days.map(([late]) => late))} at worst`);
  for (const limit of [0, 15, 30, 60, 120, 240]) {
    const percent = (100 * share((late) => late > limit)).toFixed(2);
    console.log(`more than ${String(limit).padStart(3)} minutes: ${percent.padStart(5)} %`);
  }
}

const FLIGHTS = 5;
const SLACK_MINUTES = 25;

/** Each flight is delayed as some flight of the data was, and by what the time on the ground could not make up for. */
function lastDelay(minutes: Int16Array, random: () => number): number {
  let late = 0;
  for (let i = 0; i < FLIGHTS; i++) {
    const delay = minutes[Math.floor(random() * minutes.length)] as number;
    late = Math.max(0, late - SLACK_MINUTES) + Math.max(0, delay);
  }
  return late;
}
