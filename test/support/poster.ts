/** POST requests to a real API server, many at a time and as anybody. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { ControlPlane } from './control-plane.ts';

export interface Answer {
  readonly code: number;
  readonly body: { readonly message?: string };
}

export type Post = (
  path: string,
  body: object,
  headers?: Readonly<Record<string, string | readonly string[]>>,
) => Promise<Answer>;

/** Requests as the administrator over few connections that stay open. */
export function poster({ url, kubeconfig }: ControlPlane): { readonly post: Post; readonly close: () => void } {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
    readonly users: readonly { readonly user: { readonly token: string } }[];
  };
  const ca = Buffer.from(config.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca });
  const usual = { authorization: `Bearer ${config.users[0]?.user.token ?? ''}`, 'content-type': 'application/json' };
  const post: Post = async (path, body, headers = {}) => {
    const asked = request(`${url}${path}`, { agent, method: 'POST', headers: { ...usual, ...headers } });
    asked.end(JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode?: number }];
    return { code: response.statusCode ?? 0, body: (await json(response)) as Answer['body'] };
  };
  return { post, close: agent.destroy.bind(agent) };
}
