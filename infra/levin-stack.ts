import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { LevinEngine } from './levin-engine.ts';
import type { LevinEngineProps } from './levin-engine-props.ts';

/** One engine as a stack of its own: what `levin deploy` makes. Its outputs are for people and for other stacks. */
export class LevinStack extends Stack {
  readonly engine: LevinEngine;

  constructor(scope: Construct, id: string, props: LevinEngineProps & StackProps = {}) {
    super(scope, id, { description: `levin ${levinPackage().version}`, ...props });
    this.engine = new LevinEngine(this, 'Engine', props);
    const outputs: Readonly<Record<string, readonly [value: string, description: string]>> = {
      EngineName: [this.engine.engineName, 'levin run --on aws:<name>'],
      Version: [levinPackage().version, 'of levin, which must be that of the command line'],
      BucketName: [this.engine.bucket.bucketName, 'levin’s own objects, and what users keep in it'],
      TableName: [this.engine.table.tableName, 'metadata of applications'],
      DriverFunctionArn: [this.engine.driver.functionArn, 'runs submitted applications'],
      CallerPolicyArn: [this.engine.callerPolicy.managedPolicyArn, 'for whoever runs and submits applications'],
    };
    for (const [id, [value, description]] of Object.entries(outputs)) new CfnOutput(this, id, { value, description });
  }
}
