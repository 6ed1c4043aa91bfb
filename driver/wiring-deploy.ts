/** What `levin deploy` and `levin destroy` ask of AWS, with the credentials, region and endpoints of the environment. Loaded by them only. */
import { unreservedConcurrency } from '../engine/adapters/aws/account-concurrency.ts';
import { endpointsIn } from '../engine/adapters/aws/aws-endpoints.ts';
import { openStacks, type Stacks } from '../engine/adapters/aws/cloudformation-stacks.ts';
import { type KeptBucket, removeEmptyBucket } from '../engine/adapters/aws/kept-bucket.ts';

export type { KeptBucket };

export interface DeployWiring {
  readonly stacks: Stacks;
  unreservedConcurrency(): Promise<number>;
  removeEmptyBucket(name: string): Promise<KeptBucket | null>;
}

export function openDeployWiring(env: NodeJS.ProcessEnv): DeployWiring {
  const { s3, lambda, cloudformation } = endpointsIn(env);
  return {
    stacks: openStacks({ endpoint: cloudformation }),
    unreservedConcurrency: () => unreservedConcurrency({ endpoint: lambda }),
    removeEmptyBucket: (name) => removeEmptyBucket(name, { endpoint: s3 }),
  };
}
