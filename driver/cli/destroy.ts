import { LevinError } from '../../engine/errors/levin-error.ts';
import { KEPT_DAYS } from '../../engine/types/app-life.ts';
import { DEFAULT_ENGINE, stackName } from '../../engine/types/aws-engine.ts';
import type { KeptBucket } from '../wiring-deploy.ts';
import { parseCommandArguments, usageError } from './command-arguments.ts';
import { confirm } from './confirm.ts';

/** `levin destroy`: removes an engine that `levin deploy` made, and says what it keeps. */
export async function destroy(argv: readonly string[]): Promise<void> {
  const { words, options } = parseCommandArguments('destroy', argv, { '--name': true, '--yes': false });
  if (words.length > 0) throw usageError('destroy', `it takes options only; got ${words.join(', ')}. Name an engine with --name.`);
  const name = options['--name'] ?? DEFAULT_ENGINE;
  const { openDeployWiring } = await import('../wiring-deploy.ts');
  const aws = openDeployWiring(process.env);
  try {
    const stack = await aws.stacks.find(stackName(name));
    if (stack === null) throw notThere(name, await aws.stacks.region());
    const question = `Remove the engine "${name}" from account ${stack.account}, ${await aws.stacks.region()}: its functions, table, roles and logs?`;
    if (options['--yes'] !== 'true') await agreed(question);
    process.stderr.write(`levin destroy: CloudFormation removes the stack ${stack.name}\n`);
    await aws.stacks.remove(stack);
    const { BucketName, KeyArn } = stack.outputs;
    const bucket = BucketName === undefined ? null : await aws.removeEmptyBucket(BucketName);
    const kept = [...(bucket === null ? [] : [keptBucket(bucket)]), ...(KeyArn === undefined ? [] : [keptKey(KeyArn)])];
    const end = kept.length === 0 ? 'Nothing is kept.' : `Kept:\n${kept.join('\n')}`;
    process.stdout.write(`Engine "${name}" has gone: functions, table, roles, queue, logs${bucket === null ? ', bucket' : ''}. ${end}\n`);
  } finally {
    aws.stacks.close();
  }
}

function keptBucket({ name, entries }: KeptBucket): string {
  const dead = entries.includes('apps/') ? ` (apps/ goes by itself within ${KEPT_DAYS} days)` : '';
  return `  s3://${name}, for it holds ${entries.join(', ')}${dead}. Remove it with: aws s3 rb --force s3://${name}`;
}

function keptKey(arn: string): string {
  return `  ${arn}, which costs a dollar a month, for what it has encrypted cannot be read without it. Remove it with: aws kms schedule-key-deletion --key-id ${arn}`;
}

async function agreed(question: string): Promise<void> {
  const answer = await confirm(question);
  if (answer === true) return;
  throw usageError('destroy', answer === null ? `${question} There is nobody to ask: say --yes.` : 'nothing was removed.');
}

function notThere(name: string, region: string): LevinError {
  return new LevinError({
    code: 'ENGINE_NOT_FOUND',
    fault: 'user',
    message:
      `There is no engine "${name}" in region ${region}: no stack ${stackName(name)}. ` +
      'Choose its account and region (AWS_PROFILE, AWS_REGION) or its name (--name). An engine that a CDK app of yours made is removed by that app.',
    details: { engine: name, region },
  });
}
