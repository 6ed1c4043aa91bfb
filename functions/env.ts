import { endpointsIn } from '../engine/adapters/aws/aws-endpoints.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import { type AwsEngine, ENGINE_ENV, LOCAL_FILES_ENV, readAwsEngine } from '../engine/types/aws-engine.ts';

/** Names of the environment variables that executor functions are deployed with, beside those that describe the engine. */
export const EXECUTOR_ENV: { readonly temporary: string; readonly localFiles: string } = {
  /** A folder that belongs to the environment whole, and is emptied before each attempt: `/tmp`. */
  temporary: 'LEVIN_TEMPORARY',
  localFiles: LOCAL_FILES_ENV,
};

export interface ExecutorEnvironment {
  /** Name of the engine. */
  readonly engine: string;
  readonly bucket: string;
  readonly table: string;
  readonly temporary: string;
  readonly localFiles: boolean;
  /** Other addresses than AWS's own, by the names that AWS's tools have for them. */
  readonly s3Endpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly memoryMb: number;
  /** The environment's own name: its log stream. */
  readonly environmentId: string;
}

/** The driver function has the variables of `EXECUTOR_ENV`, too. */
export interface DriverEnvironment {
  readonly engine: AwsEngine;
  readonly temporary: string;
  readonly localFiles: boolean;
  readonly memoryMb: number;
}

export function readDriverEnvironment(env: NodeJS.ProcessEnv): DriverEnvironment {
  const { temporary, localFiles, memoryMb } = readExecutorEnvironment(env);
  return { engine: readAwsEngine(env), temporary, localFiles, memoryMb };
}

/** Fails with `FUNCTION_ENVIRONMENT` at once when a variable is missing: a function that starts is complete. */
export function readExecutorEnvironment(env: NodeJS.ProcessEnv): ExecutorEnvironment {
  const required = (name: string): string => {
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    const message = `The executor function has no environment variable ${name}. Deploy the engine again; do not change its functions by hand.`;
    throw new LevinError({ code: 'FUNCTION_ENVIRONMENT', fault: 'user', message });
  };
  const endpoints = endpointsIn(env);
  return {
    engine: required(ENGINE_ENV.name),
    bucket: required(ENGINE_ENV.bucket),
    table: required(ENGINE_ENV.table),
    temporary: required(EXECUTOR_ENV.temporary),
    localFiles: env[EXECUTOR_ENV.localFiles] === 'yes',
    s3Endpoint: endpoints.s3,
    dynamodbEndpoint: endpoints.dynamodb,
    memoryMb: Number(required('AWS_LAMBDA_FUNCTION_MEMORY_SIZE')),
    environmentId: required('AWS_LAMBDA_LOG_STREAM_NAME'),
  };
}
