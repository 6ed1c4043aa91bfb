import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import type { DeployOptions } from './deploy-options.ts';
import { LevinEngine } from './levin-engine.ts';
import type { LevinEngineProps } from './levin-engine-props.ts';

export interface LevinStackProps extends LevinEngineProps, StackProps {
  /** Instead of `kmsKey`. */
  readonly kmsKeyArn?: string;
  /** What `levin deploy` was given: the next time it goes on from there. */
  readonly options?: DeployOptions;
}

/** One engine as a stack of its own: what `levin deploy` makes. Its outputs are for people and for other stacks. */
export class LevinStack extends Stack {
  readonly engine: LevinEngine;

  constructor(scope: Construct, id: string, props: LevinStackProps = {}) {
    const { version } = levinPackage();
    super(scope, id, { description: `levin ${version}`, ...props });
    const { kmsKeyArn } = props;
    const key = kmsKeyArn === undefined ? {} : { kmsKey: Key.fromKeyArn(this, 'GivenKey', kmsKeyArn) };
    this.engine = new LevinEngine(this, 'Engine', { ...props, ...key });
    const outputs: Readonly<Record<string, readonly [value: string, description: string]>> = {
      EngineName: [this.engine.engineName, 'levin run --on aws:<name>'],
      Version: [version, 'of levin, which must be that of the command line'],
      BucketName: [this.engine.bucket.bucketName, 'levin’s own objects, and what users keep in it'],
      TableName: [this.engine.table.tableName, 'metadata of applications'],
      DriverFunctionArn: [this.engine.driver.functionArn, 'runs submitted applications'],
      CallerPolicyArn: [this.engine.callerPolicy.managedPolicyArn, 'for whoever runs and submits applications'],
      ...(this.engine.ownKey === undefined ? {} : { KeyArn: [this.engine.ownKey.keyArn, 'encrypts the bucket and the table'] }),
      Options: [JSON.stringify(props.options ?? {}), 'what the engine was made with, for the next levin deploy'],
    };
    for (const [name, [value, description]] of Object.entries(outputs)) new CfnOutput(this, name, { value, description });
  }
}
