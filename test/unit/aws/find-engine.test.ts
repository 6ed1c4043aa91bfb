import { expect, test } from 'vitest';
import { findEngine } from '../../../engine/adapters/aws/find-engine.ts';
import { type AwsEngine, engineEnvironment } from '../../../engine/types/aws-engine.ts';
import { apiError, type Respond, startScriptedEndpoint } from '../../support/lambda/scripted-endpoint.ts';
import { CREDENTIALS } from './failure-world.ts';

const ENGINE: AwsEngine = {
  name: 'main',
  version: '1.2.3',
  bucket: 'levin-main-objects',
  table: 'levin-main',
  memorySizesMb: [1769],
  timeLimitMs: 900_000,
  maxConcurrency: 250,
};

/** What the look-up of the engine `main` makes of an answer of Lambda's; the paths that were asked. */
async function lookUp(
  respond: Respond,
  version = '1.2.3',
  name = 'main',
): Promise<{ readonly found: unknown; readonly paths: readonly string[] }> {
  const paths: string[] = [];
  const endpoint = await startScriptedEndpoint((response, request) => {
    paths.push(request.path);
    respond(response, request);
  });
  const client = { endpoint: endpoint.url, region: 'eu-central-1', credentials: CREDENTIALS };
  const found = await findEngine({ name, version, client }).catch((error: unknown) => error);
  await endpoint.close();
  return { found, paths };
}

function configuration(variables: Readonly<Record<string, string>>): Respond {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ FunctionName: 'levin-main-driver', Environment: { Variables: variables } }));
  };
}

test('an engine is found by one call', async () => {
  const { found, paths } = await lookUp(configuration(engineEnvironment(ENGINE)));
  expect(found).toEqual({ engine: ENGINE, localFiles: false });
  expect(paths).toEqual(['/2015-03-31/functions/levin-main-driver/configuration']);
});

test('one that is emulated on this machine says so', async () => {
  const { found } = await lookUp(configuration({ ...engineEnvironment(ENGINE), LEVIN_LOCAL_FILES: 'yes' }));
  expect(found).toEqual({ engine: ENGINE, localFiles: true });
});

const NOT_FOUND = apiError(404, 'ResourceNotFoundException', {
  message: 'Function not found: arn:aws:lambda:eu-central-1:123456789012:function:levin-main-driver',
});
const ELSEWHERE =
  'If it is deployed elsewhere, choose its account and region (AWS_PROFILE, AWS_REGION), or name another engine: --on aws:NAME.';

test.each([
  [
    'not there, the account told',
    NOT_FOUND,
    'main',
    `There is no engine "main" in account 123456789012, region eu-central-1. Deploy it there with: levin deploy. ${ELSEWHERE}`,
  ],
  [
    'not there',
    apiError(404, 'ResourceNotFoundException', { message: 'Function not found' }),
    'team',
    `There is no engine "team" in region eu-central-1. Deploy it there with: levin deploy --name team. ${ELSEWHERE}`,
  ],
])('%s: the message says where it was looked for, and what to do', async (_, respond, name, message) => {
  expect((await lookUp(respond, '1.2.3', name)).found).toMatchObject({ code: 'ENGINE_NOT_FOUND', message });
});

const OTHER = (theirs: string, ours: string): string =>
  `The engine "main" is of levin ${theirs}, and this is levin ${ours}: driver and functions must be of the same.`;

test.each([
  ['1.2.3', '1.3.0', `${OTHER('1.2.3', '1.3.0')} The engine is older: upgrade it with levin deploy.`],
  ['1.9.0', '1.10.0', `${OTHER('1.9.0', '1.10.0')} The engine is older: upgrade it with levin deploy.`],
  ['2.0.0-beta.1', '2.0.0', `${OTHER('2.0.0-beta.1', '2.0.0')} The engine is older: upgrade it with levin deploy.`],
  ['1.2.3', '1.2.2', `${OTHER('1.2.3', '1.2.2')} Yours is older: install levin 1.2.3 in this project (npm install levin@1.2.3).`],
  [
    '2.0.0',
    '2.0.0-beta.1',
    `${OTHER('2.0.0', '2.0.0-beta.1')} Yours is older: install levin 2.0.0 in this project (npm install levin@2.0.0).`,
  ],
])('an engine of %s for a command line of %s: the older one is to be upgraded', async (theirs, ours, message) => {
  const { found } = await lookUp(configuration(engineEnvironment({ ...ENGINE, version: theirs })), ours);
  expect(found).toMatchObject({ code: 'ENGINE_VERSION', fault: 'user', message });
});

test('a function that somebody has changed is no engine', async () => {
  const { LEVIN_TABLE: _, ...variables } = engineEnvironment(ENGINE);
  expect((await lookUp(configuration(variables))).found).toMatchObject({ code: 'FUNCTION_ENVIRONMENT' });
});

test('a caller without the right learns which one it is', async () => {
  const said = 'User: arn:aws:iam::123456789012:user/ann is not authorized to perform: lambda:GetFunctionConfiguration';
  expect((await lookUp(apiError(403, 'AccessDeniedException', { message: said }))).found).toMatchObject({
    code: 'PERMISSION_DENIED',
    message: `Cannot look for the engine "main" (its function levin-main-driver): access is denied. Allow lambda:GetFunctionConfiguration on the function levin-main-driver. Its policy levin-main-caller-<region> does. If there is no such engine: levin deploy. [AccessDeniedException: ${said}]`,
  });
});

test('an answer that got lost is asked for again', async () => {
  let asked = 0;
  const { found } = await lookUp((response, request) => {
    if (asked++ === 0) response.destroy();
    else configuration(engineEnvironment(ENGINE))(response, request);
  });
  expect(found).toEqual({ engine: ENGINE, localFiles: false });
});
