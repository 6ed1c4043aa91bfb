import type { AttemptReport } from '../engine/adapters/aws/lambda-handler.ts';
import type { TaskSpec } from '../engine/types/task.ts';

export interface AttemptLogOptions {
  /** Of the engine: what tells its metrics from another's. */
  readonly engine: string;
  readonly memoryMb: number;
  readonly residentBytes: () => number;
}

/** Of CloudWatch. */
const NAMESPACE = 'levin';
const MB = 1024 * 1024;

/**
 * What a function's log says of each attempt: a line of JSON for all that it printed, and one for its end, which is also where CloudWatch takes its
 * metrics from (EMF). Each line has the ids by which it is found.
 */
export function createAttemptLog({ engine, memoryMb, residentBytes }: AttemptLogOptions): (report: AttemptReport) => Promise<void> {
  let opened: Promise<typeof import('@aws-lambda-powertools/metrics')> | null = null;
  return async ({ spec, answer, cold }) => {
    const ids = idsOf(spec);
    const { outcome, events, tookMs } = answer;
    for (const event of events) if (event.kind === 'log') write({ level: event.level, message: event.text, ...ids });
    // Not before there is something to count: it would take its time from the start of the environment.
    opened ??= import('@aws-lambda-powertools/metrics');
    const { Metrics, MetricUnit } = await opened;
    const metrics = new Metrics({ namespace: NAMESPACE, serviceName: engine, defaultDimensions: { memoryMb: String(memoryMb) } });
    metrics.addMetric('AttemptDuration', MetricUnit.Milliseconds, tookMs);
    metrics.addMetric('FailedAttempts', MetricUnit.Count, outcome.kind === 'failure' ? 1 : 0);
    metrics.addMetric('ColdStarts', MetricUnit.Count, cold ? 1 : 0);
    metrics.addMetric('MemoryUsed', MetricUnit.Megabytes, Math.ceil(residentBytes() / MB));
    for (const [name, value] of Object.entries(ids)) metrics.addMetadata(name, value);
    for (const [name, value] of Object.entries(endOf(answer))) metrics.addMetadata(name, value);
    metrics.publishStoredMetrics();
  };
}

function idsOf({ appId, stageNumber, partition, attempt, attemptId }: TaskSpec): Readonly<Record<string, string>> {
  return { app: appId, stage: String(stageNumber), task: String(partition), attempt: String(attempt), attemptId };
}

function endOf({ outcome }: AttemptReport['answer']): Readonly<Record<string, string>> {
  if (outcome.kind === 'success') return { level: 'info', message: outcome.lostRace ? 'another attempt had committed first' : 'committed' };
  const { kind, error } = outcome.failure;
  return { level: 'warn', message: error.message, failure: kind, ...(error.code === null ? {} : { code: error.code }) };
}

/** Past `console`, which Lambda puts its own words before. */
function write(record: object): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
