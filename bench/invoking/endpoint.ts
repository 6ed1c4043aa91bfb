/**
 * Lambda's Invoke in a process of its own, without functions: `endpoint.ts <answer after ms>`, or `endpoint.ts until <n>`, which answers nothing
 * until n invocations are in flight at once. Sends `{ port }` to its parent, and after each `count` message what it has seen.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AttemptAnswer, pack, readRequest, responseOf, unpackWork } from '../../engine/adapters/aws/lambda-protocol.ts';
import { encodeValue } from '../../engine/records/value.ts';
import type { TaskOutput, TaskSpec } from '../../engine/types/task.ts';
import { BENCH_BUILD, METRICS } from '../scheduling/made-up.ts';

export interface EndpointCounts {
  readonly invocations: number;
  readonly connections: number;
  readonly mostInFlight: number;
  /** From the first invocation to the one that was in flight as the 750th; null: there were never so many. */
  readonly msTo750: number | null;
}

const ENOUGH = 750;
const [how = '1000', until] = process.argv.slice(2);
const waiting: (() => void)[] = [];
let [invocations, connections, inFlight, mostInFlight] = [0, 0, 0, 0];
let firstMs: number | null = null;
let msTo750: number | null = null;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    invocations++;
    firstMs ??= performance.now();
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    if (inFlight === ENOUGH) msTo750 ??= performance.now() - firstMs;
    const { tasks } = unpackWork(readRequest(BENCH_BUILD, JSON.parse(Buffer.concat(chunks).toString())) as Uint8Array);
    const answer = (): void => {
      inFlight--;
      response.writeHead(200, { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' });
      response.end(JSON.stringify(answerOf(tasks)));
    };
    if (how !== 'until') setTimeout(answer, Number(how));
    else if (mostInFlight >= Number(until)) for (const each of [...waiting.splice(0), answer]) each();
    else waiting.push(answer);
  });
});
// What closes connections that nobody uses is the driver.
server.keepAliveTimeout = 0;
server.on('connection', () => connections++);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.({ invocations, connections, mostInFlight, msTo750 } satisfies EndpointCounts));
process.on('disconnect', () => process.exit());

function answerOf(tasks: readonly TaskSpec[]): unknown {
  const attempts = tasks.map((spec): AttemptAnswer => {
    const { attemptId, generation, inputDigest } = spec;
    const result = {
      attemptId,
      generation,
      output: outputOf(spec),
      metrics: METRICS,
      ...(inputDigest === undefined ? {} : { inputDigest }),
    };
    // So long that each rides alone.
    return { attemptId, outcome: { kind: 'success', lostRace: false, result }, events: [], tookMs: 1000 };
  });
  return responseOf(BENCH_BUILD, pack({ attempts, environment: { id: 'none', cold: false, memoryUsedBytes: 0, timeLeftMs: 0 } }));
}

function outputOf({ stageNumber, attemptId }: TaskSpec): TaskOutput {
  if (stageNumber > 0) return { kind: 'inline', block: encodeValue(1), checksum: '00' };
  return { kind: 'shuffle', key: `none/${attemptId}`, offsets: [0, 1000], checksum: '00' };
}
