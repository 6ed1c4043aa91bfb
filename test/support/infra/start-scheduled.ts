import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { invokeEvent } from '../../../engine/adapters/aws/invoke-event.ts';
import type { StartEvent } from '../../../engine/types/driver-event.ts';
import type { EmulatedEngine } from '../../../testing/emulated-engine.ts';
import { type ResolvedNames, resolved } from './engine-policies.ts';

export interface StartScheduled {
  readonly template: Template;
  /** Folder of the synthesised app, with its assets. */
  readonly assembly: string;
  readonly names: ResolvedNames;
  /** ISO 8601. */
  readonly dueAt: string;
}

/** What the CDK and EventBridge Scheduler do: the packed job is uploaded, and the driver function invoked with the schedule's input; twice, as may happen. */
export async function startScheduled(engine: EmulatedEngine, { template, assembly, names, dueAt }: StartScheduled): Promise<void> {
  const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  const { Arn, Input } = resolved(schedule?.['Properties'].Target, names) as { readonly Arn: string; readonly Input: string };
  const event = JSON.parse(Input.replaceAll('<aws.scheduler.scheduled-time>', dueAt)) as StartEvent;
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(event.job) ?? [];
  await engine.makeBucket(bucket);
  await engine.put(event.job, readFileSync(join(assembly, `asset.${key}`)));
  const { url: endpoint } = engine.lambda;
  const credentials = { accessKeyId: 'scheduler', secretAccessKey: 'test' };
  for (let delivery = 0; delivery < 2; delivery++)
    await invokeEvent(Arn.replace(/^.*:function:/, ''), event, { endpoint, region: names.region, credentials });
}
