import { driverName, executorName } from '../../engine/types/aws-engine.ts';
import type { ParsedDeployOptions } from '../../infra/deploy-options.ts';

export interface DeployReport {
  readonly options: ParsedDeployOptions;
  readonly region: string;
}

/** What stands there now, and what it costs a month while nobody uses it. */
export async function deployReport(outputs: Readonly<Record<string, string>>, { options, region }: DeployReport): Promise<string> {
  const { engineSettings } = await import('../../infra/engine-settings.ts');
  const { costAtRest } = await import('../../infra/cost-at-rest.ts');
  const { name, memorySizesMb, maxConcurrency, timeLimitSeconds } = engineSettings(options);
  const costs = costAtRest({ ownKey: options.encryption === 'kms' && options.kmsKey === undefined });
  const total = costs.reduce((sum, { dollars }) => sum + dollars, 0);
  const lines = [
    `Engine "${name}" of levin ${outputs['Version']} stands in ${region}:`,
    `  executors  ${memorySizesMb.map((size) => executorName(name, size)).join(', ')} (${options.architecture ?? 'arm64'}, ${timeLimitSeconds} s a task, ${maxConcurrency} at once an application)`,
    `  driver     ${driverName(name)}`,
    `  bucket     ${outputs['BucketName']}`,
    `  table      ${outputs['TableName']}`,
    `  policy     ${outputs['CallerPolicyArn']}, for whoever runs applications`,
    `At rest it costs $${total} a month:`,
    ...costs.map(({ what, dollars, note }) => `  $${dollars}  ${what}: ${note}`),
    `Run a job with: levin run job.ts --on aws${name === 'main' ? '' : `:${name}`}`,
  ];
  return `${lines.join('\n')}\n`;
}
