import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import { DEFAULT_ENGINE, DEFAULT_MAX_CONCURRENCY, MOST_IN_FLIGHT, stackName } from '../../engine/types/aws-engine.ts';
import type { DeployOption, DeployOptions } from '../../infra/deploy-options.ts';
import type { DeployWiring } from '../wiring-deploy.ts';
import { type CdkCommand, findCdk } from './cdk-command.ts';
import { parseCommandArguments, usageError } from './command-arguments.ts';
import { confirm } from './confirm.ts';
import { deployReport } from './deploy-report.ts';

/** The stack that `cdk bootstrap` makes, once for each account and region. */
const BOOTSTRAP_STACK = 'CDKToolkit';

/** `levin deploy`: makes or upgrades an engine with AWS's CDK. */
export async function deploy(argv: readonly string[]): Promise<void> {
  const { parseDeployOptions } = await import('../../infra/deploy-options.ts');
  const { options: given, yes } = await readArguments(argv);
  parseDeployOptions(given);
  const cdk = findCdk();
  const { openDeployWiring } = await import('../wiring-deploy.ts');
  const aws = openDeployWiring(process.env);
  const folder = mkdtempSync(join(tmpdir(), 'levin-deploy-'));
  try {
    const name = stackName(given.engineName ?? DEFAULT_ENGINE);
    const before = await aws.stacks.find(name);
    const options = await completed({ ...(JSON.parse(before?.outputs['Options'] ?? '{}') as DeployOptions), ...given }, aws);
    const bootstrapped = (await aws.stacks.find(BOOTSTRAP_STACK)) !== null;
    if (!bootstrapped && !yes) await agreeToBootstrap(await aws.stacks.region());
    await cdk.synthesize(options, folder);
    if (!bootstrapped) await cdk.run(['bootstrap', '--app', folder], folder);
    const outputs = await deployStack(cdk, { name, folder });
    process.stdout.write(await deployReport(outputs, { options: parseDeployOptions(options), region: await aws.stacks.region() }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    aws.stacks.close();
  }
}

async function readArguments(argv: readonly string[]): Promise<{ readonly options: DeployOptions; readonly yes: boolean }> {
  const { DEPLOY_OPTIONS } = await import('../../infra/deploy-options.ts');
  const known = Object.entries(DEPLOY_OPTIONS) as [DeployOption, readonly [string, string, string]][];
  const flags = Object.fromEntries(known.map(([, [flag]]) => [flag, true]));
  const { words, options } = parseCommandArguments('deploy', argv, { ...flags, '--yes': false });
  if (words.length > 0) throw usageError('deploy', `it takes options only; got ${words.join(', ')}.`);
  const given = known.flatMap(([name, [flag]]) => (options[flag] === undefined ? [] : [[name, options[flag]]]));
  return { options: Object.fromEntries(given) as DeployOptions, yes: options['--yes'] === 'true' };
}

/** An application's share of what the account may have in flight; where that may not be asked, of what accounts have by default. */
async function completed(options: DeployOptions, aws: DeployWiring): Promise<DeployOptions> {
  if (options.maxConcurrency !== undefined) return options;
  try {
    const account = await aws.unreservedConcurrency();
    const note = account < 100 ? ' That is little: ask for more in the console, Service Quotas, AWS Lambda, Concurrent executions.' : '';
    const { shareOfAccount } = await import('../../infra/engine-settings.ts');
    const share = shareOfAccount(account);
    process.stderr.write(
      `levin deploy: the account may have ${account} invocations in flight here; an application gets ${share}: a quarter, ${MOST_IN_FLIGHT} at most.${note}\n`,
    );
    return { ...options, maxConcurrency: String(share) };
  } catch (error) {
    if (errorCode(error) !== 'PERMISSION_DENIED') throw error;
    process.stderr.write(
      `levin deploy: ${(error as Error).message} An application gets ${DEFAULT_MAX_CONCURRENCY} invocations in flight.\n`,
    );
    return options;
  }
}

async function agreeToBootstrap(region: string): Promise<void> {
  const what = `The CDK has not been used in this account and region (${region}): it needs a stack ${BOOTSTRAP_STACK} with a bucket for what is deployed and roles that deploy it, at no cost at rest`;
  if ((await confirm(`${what}. Make it?`)) === true) return;
  throw new LevinError({
    code: 'NOT_BOOTSTRAPPED',
    fault: 'user',
    message: `${what}. Run levin deploy --yes to make it, or cdk bootstrap with settings of your own.`,
    details: { region },
  });
}

/** Gives the stack's outputs. What the roles may do stands in docs/aws.md and is the same for everybody, so nobody is asked about it. */
async function deployStack(
  cdk: CdkCommand,
  { name, folder }: { readonly name: string; readonly folder: string },
): Promise<Readonly<Record<string, string>>> {
  const outputs = join(folder, 'outputs.json');
  await cdk.run(
    ['deploy', name, '--app', folder, '--outputs-file', outputs, '--progress', 'events', '--require-approval', 'never'],
    folder,
  );
  return (JSON.parse(readFileSync(outputs, 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>)[name] ?? {};
}
