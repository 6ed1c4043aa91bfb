import { request } from 'node:http';
import { LevinError } from '../../engine/errors/levin-error.ts';

/** A container in which a function runs; its id is also the host name that the function sees, cut to twelve digits. */
export interface FunctionContainer {
  readonly id: string;
  readonly functionName: string;
}

const SOCKET = '/var/run/docker.sock';

interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[];
}

/** Containers that LocalStack's container has started for functions, `<its name>-lambda-<function>-<hash>`. */
export async function functionContainers(localstackName: string): Promise<readonly FunctionContainer[]> {
  const prefix = `/${localstackName.replace(/^\//, '').replaceAll('_', '-')}-lambda-`;
  const filters = encodeURIComponent(JSON.stringify({ name: [prefix.slice(1)] }));
  const listed = JSON.parse(await askDocker('GET', `/containers/json?filters=${filters}`)) as readonly ListedContainer[];
  return listed.flatMap(({ Id, Names }) => {
    const name = Names.find((each) => each.startsWith(prefix));
    return name === undefined ? [] : [{ id: Id, functionName: name.slice(prefix.length).replace(/-[0-9a-f]+$/, '') }];
  });
}

/** As `docker kill` does: no process of it gets to say a word. */
export async function killContainer(id: string): Promise<void> {
  await askDocker('POST', `/containers/${id}/kill`);
}

function askDocker(method: string, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sent = request({ socketPath: SOCKET, method, path }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (text: string) => (body += text));
    response.on('end', () => ((response.statusCode ?? 0) < 300 ? resolve(body) : reject(refused(method, path, body))));
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

function refused(method: string, path: string, body: string): LevinError {
  return new LevinError({ code: 'DOCKER', fault: 'user', message: `Docker refused ${method} ${path} (${SOCKET}): ${body.trim()}` });
}
