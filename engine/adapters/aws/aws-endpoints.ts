/** Other addresses than AWS's own, by the names that AWS's tools have for them. */
export interface AwsEndpoints {
  readonly s3?: string;
  readonly dynamodb?: string;
  readonly lambda?: string;
  readonly cloudformation?: string;
  readonly eventbridge?: string;
}

/** The SDK reads them, too; but a client that was not told has one host name for each bucket, which emulators have not. */
export function endpointsIn(env: Readonly<Record<string, string | undefined>>): AwsEndpoints {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return {};
  const of = (service: string): string | undefined => env[`AWS_ENDPOINT_URL_${service}`] || env['AWS_ENDPOINT_URL'] || undefined;
  const [s3, dynamodb, lambda] = [of('S3'), of('DYNAMODB'), of('LAMBDA')];
  const [cloudformation, eventbridge] = [of('CLOUDFORMATION'), of('EVENTBRIDGE')];
  return {
    ...(s3 === undefined ? {} : { s3 }),
    ...(dynamodb === undefined ? {} : { dynamodb }),
    ...(lambda === undefined ? {} : { lambda }),
    ...(cloudformation === undefined ? {} : { cloudformation }),
    ...(eventbridge === undefined ? {} : { eventbridge }),
  };
}
