/** The CDK app with one engine: `cdk deploy -c name=value` in levin's repository, and what `levin deploy` deploys. */
import { App, Duration } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { DEFAULT_ENGINE, stackName } from '../engine/types/aws-engine.ts';
import { DEPLOY_OPTIONS, type DeployOption, type DeployOptions, parseDeployOptions } from './deploy-options.ts';
import { LevinStack } from './levin-stack.ts';

const app = new App();
const names = Object.keys(DEPLOY_OPTIONS) as DeployOption[];
const contexts = names.map((name) => [name, app.node.tryGetContext(name) as unknown] as const);
const options: DeployOptions = Object.fromEntries(
  contexts.filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]),
);
const { timeLimitSeconds, architecture, kmsKey, logRetentionDays, ...plain } = parseDeployOptions(options);
const [account, region] = [process.env['CDK_DEFAULT_ACCOUNT'], process.env['CDK_DEFAULT_REGION']];
new LevinStack(app, stackName(plain.engineName ?? DEFAULT_ENGINE), {
  ...given(plain),
  ...given({
    timeLimit: timeLimitSeconds === undefined ? undefined : Duration.seconds(timeLimitSeconds),
    architecture: architecture === undefined ? undefined : Architecture.custom(architecture),
    logRetention: logRetentionDays,
    kmsKeyArn: kmsKey,
    env: account === undefined || region === undefined ? undefined : { account, region },
  }),
  options,
});

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
