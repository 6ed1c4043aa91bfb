import { type EngineOptions, engineSettings, wrongSetting } from './engine-settings.ts';

export type DeployOption =
  | 'engineName'
  | 'maxConcurrency'
  | 'memorySizes'
  | 'driverMemorySize'
  | 'timeLimit'
  | 'architecture'
  | 'encryption'
  | 'kmsKey'
  | 'logRetention'
  | 'readable'
  | 'writable';

/** What `levin deploy` and `cdk deploy -c name=value` take, all of it text: option of the command line, its value, what it is and is by default. */
export const DEPLOY_OPTIONS: Readonly<Record<DeployOption, readonly [flag: string, value: string, text: string]>> = {
  engineName: ['--name', 'NAME', 'of the engine: levin run --on aws:NAME; main'],
  maxConcurrency: [
    '--max-concurrency',
    'N',
    'invocations one application may have in flight; a quarter of what the account may have, 800 at most',
  ],
  memorySizes: ['--memory-sizes', 'MB,MB…', 'an executor function of each; 1769,3538,10240'],
  driverMemorySize: ['--driver-memory-size', 'MB', 'of the driver function; 1769'],
  timeLimit: ['--time-limit', 'SECONDS', 'of one attempt of a task; 900'],
  architecture: ['--architecture', 'NAME', 'arm64 or x86_64; arm64'],
  encryption: ['--encryption', 'KIND', 's3, or kms: a key of this account, at a dollar a month; s3'],
  kmsKey: ['--kms-key', 'ARN', 'a key that is there'],
  logRetention: ['--log-retention', 'DAYS', 'how long the functions’ logs are kept; 14'],
  readable: ['--read', 'S3://…,…', 'other buckets, or prefixes in them, that jobs may read'],
  writable: ['--write', 'S3://…,…', 'others that they may read and write'],
};

export type DeployOptions = Readonly<Partial<Record<DeployOption, string>>>;

/** What the texts mean; everything that is not given is undefined. */
export interface ParsedDeployOptions extends EngineOptions {
  readonly architecture: 'arm64' | 'x86_64' | undefined;
  readonly encryption: 's3' | 'kms' | undefined;
  readonly kmsKey: string | undefined;
  readonly logRetentionDays: number | undefined;
}

/** Those that CloudWatch has, up to ten years. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const KEY_ARN = /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/;

/** Fails with `ENGINE_SETTINGS` for everything that an engine cannot be made with, before anything is loaded or called. */
export function parseDeployOptions(options: DeployOptions): ParsedDeployOptions {
  const parsed = {
    engineName: options.engineName,
    maxConcurrency: number('maxConcurrency', options.maxConcurrency),
    memorySizes: options.memorySizes?.split(',').map((size) => number('memorySizes', size) as number),
    driverMemorySize: number('driverMemorySize', options.driverMemorySize),
    timeLimitSeconds: number('timeLimit', options.timeLimit),
    architecture: oneOf('architecture', options.architecture, ['arm64', 'x86_64']),
    encryption: oneOf('encryption', options.encryption, ['s3', 'kms']),
    kmsKey: options.kmsKey,
    logRetentionDays: logRetention(options.logRetention),
    readable: options.readable?.split(','),
    writable: options.writable?.split(','),
  };
  engineSettings(parsed);
  if (parsed.kmsKey !== undefined && !KEY_ARN.test(parsed.kmsKey))
    throw wrongSetting(`kmsKey is "${parsed.kmsKey}"; it must be the ARN of a key: arn:aws:kms:<region>:<account>:key/<id>.`);
  return parsed;
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text.trim())) return text === undefined ? undefined : Number(text);
  throw wrongSetting(`${name} has "${text}"; it must be a whole number.`);
}

function oneOf<T extends string>(name: string, text: string | undefined, values: readonly T[]): T | undefined {
  const value = values.find((each) => each === text);
  if (text === undefined || value !== undefined) return value;
  throw wrongSetting(`${name} is "${text}"; it must be ${values.join(' or ')}.`);
}

function logRetention(text: string | undefined): number | undefined {
  const days = number('logRetention', text);
  if (days === undefined || LOG_RETENTION_DAYS.includes(days)) return days;
  throw wrongSetting(`logRetention is ${days} days; CloudWatch has ${LOG_RETENTION_DAYS.join(', ')}.`);
}
