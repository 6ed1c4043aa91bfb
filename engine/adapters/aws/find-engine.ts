import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { LevinError } from '../../errors/levin-error.ts';
import { type AwsEngine, DEFAULT_ENGINE, driverName, LOCAL_FILES_ENV, readAwsEngine } from '../../types/aws-engine.ts';
import { type AwsClientOptions, clientConfiguration } from './aws-client-options.ts';
import { awsCode, awsError } from './aws-errors.ts';

/** An engine as it is deployed. */
export interface FoundEngine {
  readonly engine: AwsEngine;
  /** It is emulated on this machine, and its functions reach this machine's files. */
  readonly localFiles: boolean;
}

export interface FindEngine {
  readonly name: string;
  /** Of this package: the engine's must be the same. */
  readonly version: string;
  /** Where to call AWS; default: what the environment and the profile say. */
  readonly client?: AwsClientOptions;
}

/** One call: nothing else is to be waited for before a job can begin. So lost answers and refusals may be repeated by the SDK. */
const ATTEMPTS = 3;

/**
 * Looks for the engine of this name in the account and region of the caller: one call.
 * Fails with `ENGINE_NOT_FOUND` when it is not deployed there, and with `ENGINE_VERSION` when it is of another version of levin.
 */
export async function findEngine({ name, version, client: options = {} }: FindEngine): Promise<FoundEngine> {
  const client = new LambdaClient({ ...clientConfiguration(options), maxAttempts: ATTEMPTS });
  const functionName = driverName(name);
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    const variables = Environment?.Variables ?? {};
    const engine = readAwsEngine(variables);
    if (engine.version !== version) throw otherVersion(engine, version);
    return { engine, localFiles: variables[LOCAL_FILES_ENV] === 'yes' };
  } catch (error) {
    if (error instanceof LevinError) throw error;
    if (awsCode(error) === 'ResourceNotFoundException') throw notDeployed(name, await client.config.region(), error as Error);
    throw awsError(error, {
      action: 'lambda:GetFunctionConfiguration',
      resource: `the function ${functionName}`,
      doing: `look for the engine "${name}" (its function ${functionName})`,
      // AWS does not tell whether it is there to whom it would not show it.
      deniedHint: ` Its policy levin-${name}-caller-<region> does. If there is no such engine: levin deploy${nameOption(name)}.`,
    });
  } finally {
    client.destroy();
  }
}

function notDeployed(name: string, region: string, error: Error): LevinError {
  // AWS words it with the function's whole name.
  const account = /:lambda:[^:]*:(\d{12}):/.exec(error.message)?.[1];
  const where = account === undefined ? '' : ` account ${account},`;
  return new LevinError({
    code: 'ENGINE_NOT_FOUND',
    fault: 'user',
    message:
      `There is no engine "${name}" in${where} region ${region}. Deploy it there with: levin deploy${nameOption(name)}. ` +
      'If it is deployed elsewhere, choose its account and region (AWS_PROFILE, AWS_REGION), or name another engine: --on aws:NAME.',
    details: { engine: name, region, ...(account === undefined ? {} : { account }) },
    cause: error,
  });
}

function otherVersion({ name, version }: AwsEngine, own: string): LevinError {
  const remedy = isOlder(version, own)
    ? `The engine is older: upgrade it with levin deploy${nameOption(name)}.`
    : `Yours is older: install levin ${version} in this project (npm install levin@${version}).`;
  return new LevinError({
    code: 'ENGINE_VERSION',
    fault: 'user',
    message: `The engine "${name}" is of levin ${version}, and this is levin ${own}: driver and functions must be of the same. ${remedy}`,
    details: { engine: name, engineVersion: version, version: own },
  });
}

function nameOption(name: string): string {
  return name === DEFAULT_ENGINE ? '' : ` --name ${name}`;
}

/** By numbers; what stands behind a dash comes before the version itself. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(than)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] ?? 0) < (b[i] ?? 0);
  return version.includes('-') && (!than.includes('-') || version < than);
}

function numbersOf(version: string): readonly number[] {
  return (version.split('-', 1)[0] as string).split('.').map(Number);
}
