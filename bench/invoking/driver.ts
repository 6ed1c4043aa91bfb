/** `driver.ts <url> <concurrency> <tasks>`: a driver whose attempts are invocations there. Prints what it took as JSON. */
import { driveInvocations } from './drive.ts';

export interface Driven {
  /** Of one core, from the start of the job to its end. */
  readonly core: number;
  readonly peakMb: number;
  readonly ms: number;
}

const [url = '', concurrency, tasks] = process.argv.slice(2);
const [start, before] = [performance.now(), process.cpuUsage()];
await driveInvocations(url, { tasks: Number(tasks), concurrency: Number(concurrency) });
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const driven: Driven = { core: (user + system) / 1000 / ms, peakMb: process.resourceUsage().maxRSS / 1024, ms };
console.log(JSON.stringify(driven));
