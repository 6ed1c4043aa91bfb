import { NOTHING_OF_THE_USER, TEST_ENGINE, type TestEngineOptions, testEngine } from '../engine-functions.ts';
import { openTestFiles, type TestEngine } from '../test-engine.ts';
import { deployEngine, makeBucket } from './deploy-engine.ts';
import { type FunctionContainer, functionContainers, killContainer } from './docker.ts';
import { startLocalstackContainer } from './start-container.ts';

export interface LocalStackEngine extends TestEngine {
  /** `http://127.0.0.1:<port>`: all services. */
  readonly endpoint: string;
  /** Containers in which functions run now: each is an environment. */
  containers(): Promise<readonly FunctionContainer[]>;
  /** Kills a container at once, as a broken machine would. */
  kill(container: FunctionContainer): Promise<void>;
}

const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * An engine in LocalStack, whose functions run in containers as Lambda runs them. Needs Docker and the package `@testcontainers/localstack`.
 * Ends with `await using`, or `[Symbol.asyncDispose]()`.
 *
 * @example
 * await using engine = await startLocalStackEngine({ memorySizesMb: [1769, 3538] });
 */
export async function startLocalStackEngine(options: TestEngineOptions = {}): Promise<LocalStackEngine> {
  const container = await startLocalstackContainer();
  const endpoint = `http://127.0.0.1:${new URL(container.getConnectionUri()).port}`;
  const address = { endpoint, region: REGION, credentials: CREDENTIALS };
  const engine = testEngine(options);
  const files = openTestFiles(address);
  const stop = async (): Promise<void> => {
    files.close();
    // LocalStack ends its functions' containers first.
    await container.stop({ timeout: 10_000 });
  };
  try {
    await deployEngine(engine, address, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    master: `aws:${TEST_ENGINE}`,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      ...NOTHING_OF_THE_USER,
    },
    bucket: engine.bucket,
    makeBucket: (name) => makeBucket(address, name),
    put: files.put,
    text: files.text,
    list: files.list,
    containers: () => functionContainers(container.getName()),
    kill: ({ id }) => killContainer(id),
    [Symbol.asyncDispose]: stop,
  };
}
